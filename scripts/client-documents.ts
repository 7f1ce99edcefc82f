import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import {
  buildASTSchema,
  type DocumentNode,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  stripIgnoredCharacters,
  validate,
  visit,
} from 'graphql';

const OPERATIONS = 'packages/client/src/operations.graphql';
const FOLDER = 'packages/client/src/generated';

/** What a client of the kit gives and receives: instants are text on the wire, and a `Date` may be given for one. */
const SCALARS = {
  ID: 'string',
  DateTime: { input: 'Date | string', output: 'string' },
  URL: 'string',
  JSON: 'unknown',
};

/** The files of `@waybill/client` that follow from the schema: its documents, their ids and the types of what it may give. */
export async function generateClient(
  sdl: string,
  banner: string,
): Promise<readonly (readonly [file: string, content: string])[]> {
  const document = parse(sdl, { noLocation: true });
  const schema = buildASTSchema(document);
  const operations = parse(await readFile(OPERATIONS, 'utf8'), { noLocation: true });
  const fragments = {
    ExportFields: `fragment ExportFields on Export ${toExportFields(schema)}`,
    EventFields: `fragment EventFields on ExportEvent ${toEventFields(schema)}`,
  };
  const texts = operations.definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .map((operation) => toText(operation, fragments));
  for (const { whole } of texts) check(schema, whole);

  const types = await codegen({
    filename: `${FOLDER}/types.ts`,
    schema: document,
    documents: [{ location: OPERATIONS, document: withoutAnswers(operations) }],
    config: {},
    plugins: [{ typescriptOperations: { scalars: SCALARS, enumsAsTypes: true, useTypeImports: true } }],
    pluginMap: { typescriptOperations },
  });

  return [
    [`${FOLDER}/documents.ts`, `${banner}\n${toDocumentsModule(texts, fragments)}`],
    [`${FOLDER}/document-ids.ts`, `${banner}\n${toIdsModule(texts)}`],
    [`${FOLDER}/types.ts`, `${banner}\n${types}`],
  ];
}

/** Nothing of the answers' types is used: the client reads answers of newer gateways too. */
function withoutAnswers(operations: DocumentNode): DocumentNode {
  const nothing = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;
  return visit(operations, {
    Field: (field, _key, _parent, path) =>
      path.length > 5
        ? undefined
        : { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections: [nothing] } },
  });
}

interface DocumentText {
  readonly name: string;
  readonly operation: string;
  /** The fragments behind it, in order. */
  readonly uses: readonly string[];
  readonly whole: string;
}

function toText(
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, string>>,
): DocumentText {
  const text = stripIgnoredCharacters(print(operation));
  // An event holds an export.
  const names = text.includes('...EventFields') ? ['EventFields', 'ExportFields'] : ['ExportFields'];
  const uses = text.includes('Fields') ? names : [];
  const whole = [text, ...uses.map((name) => stripIgnoredCharacters(fragments[name] ?? ''))].join('');
  return { name: operation.name?.value ?? '', operation: text, uses, whole };
}

function check(schema: GraphQLSchema, text: string): void {
  const [error] = validate(schema, parse(text));
  if (error !== undefined) throw error;
}

/** Everything of an export but what costs a further vendor call by its nature: another export. */
function toExportFields(schema: GraphQLSchema): string {
  const common = interfaceOf(schema, 'Export');
  const others = toOthers(schema, common, (field) => !isExport(schema, field));
  return `{ ${toFields(common, schema)} ${others} }`;
}

function toEventFields(schema: GraphQLSchema): string {
  const common = interfaceOf(schema, 'ExportEvent');
  const fields = toFields(common, schema).replace(/\bexport\b(?: \{.*?\})?/, 'export { ...ExportFields }');
  // What stands in the export too is not asked for twice; the end of a token is the connection's own business.
  const others = toOthers(
    schema,
    common,
    (field, type) => isLeafType(getNamedType(field.type)) && type.name !== 'SubscriptionTokenExpiring',
  );
  return `{ __typename ${fields} ${others} }`;
}

/** What each implementing type has beside its interface; a name that means two kinds of values gets an alias, `NAME__TYPE`. */
function toOthers(
  schema: GraphQLSchema,
  common: GraphQLInterfaceType,
  isWanted: (field: GraphQLField<unknown, unknown>, type: GraphQLObjectType) => boolean,
): string {
  const kindByName = new Map<string, string>();
  return [...schema.getPossibleTypes(common)]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map((type) => {
      const own = Object.values(type.getFields()).filter(
        (field) => !(field.name in common.getFields()) && isWanted(field, type),
      );
      const fields = own.map((field) => {
        const kind = kindByName.get(field.name) ?? String(field.type);
        kindByName.set(field.name, kind);
        const alias = kind === String(field.type) ? '' : `${field.name}__${type.name}: `;
        return `${alias}${toField(field, schema)}`;
      });
      return fields.length === 0 ? '' : `... on ${type.name} { ${fields.join(' ')} }`;
    })
    .join(' ');
}

function toFields(type: GraphQLObjectType | GraphQLInterfaceType, schema: GraphQLSchema): string {
  return Object.values(type.getFields())
    .map((field) => toField(field, schema))
    .filter((text) => text !== '')
    .join(' ');
}

/** One field and what stands in it; who a vendor or an account is, their key and name tell. */
function toField(field: GraphQLField<unknown, unknown>, schema: GraphQLSchema): string {
  const type = getNamedType(field.type);
  if (isLeafType(type)) return field.name;
  if (!isObjectType(type) && !isInterfaceType(type)) return '';
  if (type.name === 'Export') return field.name;
  if (type.name === 'Vendor') return `${field.name} { key name }`;
  if (type.name === 'Account') return `${field.name} { key }`;
  return `${field.name} { ${toFields(type, schema)} }`;
}

function isExport(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>): boolean {
  const type = getNamedType(field.type);
  const common = interfaceOf(schema, 'Export');
  return type === common || (isObjectType(type) && schema.isSubType(common, type));
}

function interfaceOf(schema: GraphQLSchema, name: string): GraphQLInterfaceType {
  const type = schema.getType(name);
  if (!isInterfaceType(type)) throw new Error(`The schema has no interface ${name}.`);
  return type;
}

function toDocumentsModule(
  texts: readonly DocumentText[],
  fragments: Readonly<Record<string, string>>,
): string {
  const parts = Object.entries(fragments).map(
    ([name, text]) => `const ${name} = ${quote(stripIgnoredCharacters(text))};`,
  );
  const whole = texts.map(
    ({ name, operation, uses }) => `export const ${name} = ${[quote(operation), ...uses].join(' + ')};`,
  );
  return `${[...parts, '', ...whole].join('\n')}\n`;
}

function toIdsModule(texts: readonly DocumentText[]): string {
  const ids = texts.map(
    ({ name, whole }) => `  ${name}: '${createHash('sha256').update(whole).digest('hex')}',`,
  );
  return `/** The SHA-256 of each document's text, in hex. */\nexport const DOCUMENT_IDS = {\n${ids.join('\n')}\n} as const;\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
