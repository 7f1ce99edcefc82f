/** An invented vendor's OpenAPI document, with what real ones do: references, `allOf`, a server with a variable, two security schemes. */
export const ACME = `openapi: 3.0.3
info: { title: Acme Reports API, version: "2" }
externalDocs: { url: https://docs.acme.example/exports }
servers:
  - url: https://{region}.api.acme.example/v2
    variables: { region: { default: eu, enum: [eu, us] } }
security: [{ key: [] }, { oauth: [] }]
paths:
  /projects/{project_id}/jobs:
    parameters: [{ $ref: "#/components/parameters/Project" }]
    get:
      operationId: listJobs
      parameters:
        - { name: limit, in: query, schema: { type: integer } }
        - { name: cursor, in: query, schema: { type: string } }
      responses:
        "200":
          content:
            application/json:
              schema:
                type: object
                properties:
                  data: { type: array, items: { $ref: "#/components/schemas/Job" } }
                  next_cursor: { type: string }
    post:
      operationId: createJob
      parameters: [{ name: Idempotency-Key, in: header, schema: { type: string } }]
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [template_id]
              properties:
                template_id: { type: string, description: "Which report. See the console." }
                format: { type: string, enum: [csv, xlsx] }
                columns: { type: array, items: { type: string } }
                filters: { type: object }
                id: { type: string, readOnly: true }
      responses:
        "202": { $ref: "#/components/responses/Job" }
  /projects/{project_id}/jobs/{id}:
    parameters:
      - { $ref: "#/components/parameters/Project" }
      - { name: id, in: path, required: true, schema: { type: string, format: uuid } }
      - { name: expand, in: query, required: true, schema: { type: string, default: files } }
    get:
      operationId: getJob
      responses:
        "200": { $ref: "#/components/responses/Job" }
        "404":
          content:
            application/json:
              schema:
                properties: { error: { properties: { code: { type: string }, message: { type: string } } } }
    delete: { operationId: cancelJob, responses: { "204": { description: Gone. } } }
  /projects/{project_id}/jobs/{id}/file:
    get:
      operationId: downloadJob
      responses: { "200": { content: { text/csv: { schema: { type: string } } } } }
components:
  parameters:
    Project: { name: project_id, in: path, required: true, schema: { type: integer } }
  responses:
    Job:
      content:
        application/json:
          schema: { type: object, properties: { data: { $ref: "#/components/schemas/Job" } } }
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Acme-Key }
    oauth:
      type: oauth2
      flows: { clientCredentials: { tokenUrl: https://id.acme.example/token, scopes: { "exports:read": Read. } } }
  schemas:
    Base: { type: object, properties: { id: { type: string, format: uuid }, parent: { $ref: "#/components/schemas/Job" } } }
    Job:
      allOf:
        - $ref: "#/components/schemas/Base"
        - type: object
          properties:
            state:
              type: string
              enum: [queued, working, stopping, ready, ready_partial, no_data, error, stopped, deleted, frobnicated]
            title: { type: string }
            created: { type: integer }
            finished: { type: string, format: date-time }
            progress: { type: number, maximum: 1 }
            row_count: { type: integer, description: "Rows in the file. May be 0." }
            error: { type: object, properties: { code: { type: string }, message: { type: string } } }
            download_url: { type: string, format: uri }
`;

/** Swagger 2.0, as JSON, with an answer that is the object itself and no list of words. */
export const OLD = JSON.stringify({
  swagger: '2.0',
  info: { title: 'Old Vendor', version: '1' },
  host: 'api.old.example',
  basePath: '/rest',
  schemes: ['https'],
  produces: ['application/json'],
  securityDefinitions: { basic: { type: 'basic' } },
  security: [{ basic: [] }],
  paths: {
    '/exports/{exportId}': {
      get: {
        parameters: [{ name: 'exportId', in: 'path', required: true, type: 'string' }],
        responses: { 200: { description: 'It.', schema: { $ref: '#/definitions/Export' } } },
      },
    },
  },
  definitions: {
    Export: { type: 'object', properties: { exportId: { type: 'string' }, status: { type: 'string' } } },
  },
});
