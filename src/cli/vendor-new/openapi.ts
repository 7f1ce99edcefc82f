import { parseYaml } from '../../yaml/parse.ts';
import { readTextFile } from '../../yaml/read-file.ts';

/** Stripe’s, the largest known, has 8 MB. */
const MAX_BYTES = 16 * 1_024 * 1_024;
/** References that lead from one to the next. */
const MAX_REFERENCES = 20;
/** Schemas within schemas, and schemas looked at in all: a document may refer to itself in many ways. */
const MAX_DEPTH = 8;
const MAX_LOOKS = 20_000;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

export type Json = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string | null;
  readonly own: Json;
  /** Those of the path and of the operation. */
  readonly parameters: readonly Json[];
}

/** An OpenAPI document of 3.1; older ones are brought up to it. References are followed when something is looked at, inside the document alone. */
export class OpenApi {
  readonly root: Json;
  private looks = 0;

  private constructor(root: Json) {
    this.root = root;
  }

  /** Reads JSON or YAML of OpenAPI 2.0 to 3.x. @returns what is wrong with it, as it goes on after the file’s name */
  static async read(file: string): Promise<OpenApi | string> {
    const read = readTextFile(file, MAX_BYTES);
    if ('fault' in read) return `is ${read.fault}`;
    if (read.text === null) return `has more than ${MAX_BYTES / 1_024 / 1_024} MB`;
    try {
      const root = asObject(await parse(read.text));
      if (root.swagger === undefined && root.openapi === undefined)
        return 'is no OpenAPI document: it says neither `openapi` nor `swagger`';
      const { upgrade } = await import('@scalar/openapi-upgrader');
      return new OpenApi(asObject(upgrade(root as Record<string, unknown>, '3.1')));
    } catch {
      return 'is neither JSON nor YAML that can be read as an OpenAPI document';
    }
  }

  /** What a value is once its references are followed; nothing where one leads nowhere, or outside the document. */
  resolve(value: unknown): Json {
    let found = asObject(value);
    for (let count = 0; typeof found.$ref === 'string'; count += 1) {
      const { $ref: reference, ...beside } = found as Json & { readonly $ref: string };
      const target = count < MAX_REFERENCES ? this.at(reference) : {};
      // What stands beside a reference goes on top of it.
      found = { ...target, ...beside };
      if (target.$ref !== undefined && beside.$ref === undefined) found = { ...found, $ref: target.$ref };
    }
    return found;
  }

  /** A schema with what `allOf` adds to it; of alternatives, the first that is an object. */
  schema(value: unknown, depth = 0): Json {
    const found = this.resolve(value);
    this.looks += 1;
    if (depth > MAX_DEPTH || this.looks > MAX_LOOKS) return found;
    const alternative = [...asList(found.oneOf), ...asList(found.anyOf)]
      .map((each) => this.schema(each, depth + 1))
      .find((each) => each.type !== 'null');
    const parts = [
      ...asList(found.allOf).map((each) => this.schema(each, depth + 1)),
      alternative ?? {},
      found,
    ];
    const properties = Object.assign({}, ...parts.map((part) => asObject(part.properties)));
    return Object.assign({}, ...parts, Object.keys(properties).length === 0 ? {} : { properties }, {
      required: parts.flatMap((part) => asList(part.required)),
    });
  }

  get operations(): readonly Operation[] {
    return Object.entries(asObject(this.root.paths)).flatMap(([path, value]) => {
      const item = this.resolve(value);
      return METHODS.flatMap((method) => {
        if (item[method] === undefined) return [];
        const own = this.resolve(item[method]);
        const parameters = [...asList(item.parameters), ...asList(own.parameters)].map((each) =>
          this.resolve(each),
        );
        const { operationId } = own;
        return [
          {
            method: method.toUpperCase(),
            path,
            operationId: typeof operationId === 'string' ? operationId : null,
            own,
            parameters,
          },
        ];
      });
    });
  }

  /** By its `operationId`, or as `GET /jobs/{id}`. */
  operation(name: string): Operation | undefined {
    const plain = name.trim().replace(/\s+/g, ' ');
    return this.operations.find(
      ({ method, path, operationId }) => operationId === plain || `${method} ${path}` === plain,
    );
  }

  private at(reference: string): Json {
    if (!reference.startsWith('#/')) return {};
    let found: unknown = this.root;
    for (const part of reference.slice(2).split('/')) {
      const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
      const inside = asObject(found);
      found = Object.hasOwn(inside, key) ? inside[key] : undefined;
    }
    return asObject(found);
  }
}

async function parse(text: string): Promise<unknown> {
  if (/^\s*\{/.test(text)) return JSON.parse(text);
  const read = parseYaml(text);
  if ('tree' in read) return read.tree;
  throw new SyntaxError('It is no YAML.');
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
