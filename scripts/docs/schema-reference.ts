import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
  print,
} from 'graphql';
import { type Example, showExample } from './examples.ts';
import { toAnchor } from './markdown.ts';

/** The pages' folder on the site. */
const FOLDER = 'reference/schema';

/** The first of the pages. */
export const SCHEMA_PLACE = `${FOLDER}/index.md`;

const ROOTS = [
  { page: 'queries', title: 'Queries', type: 'Query' },
  { page: 'mutations', title: 'Mutations', type: 'Mutation' },
  { page: 'subscriptions', title: 'Subscriptions', type: 'Subscription' },
] as const;

const KINDS = [
  {
    page: 'interfaces',
    title: 'Interfaces',
    is: (type: GraphQLNamedType) => isInterfaceType(type) || isUnionType(type),
  },
  { page: 'objects', title: 'Objects', is: isObjectType },
  { page: 'inputs', title: 'Inputs', is: isInputObjectType },
  { page: 'enums', title: 'Enums', is: isEnumType },
  { page: 'scalars', title: 'Scalars', is: isScalarType },
] as const;

const ROOT_NAMES: readonly string[] = ROOTS.map(({ type }) => type);

/** The schema as pages, by their places on the site: what it is printed as, each item with its description. */
export function toSchemaReference(sdl: string, examples: readonly Example[]): ReadonlyMap<string, string> {
  const schema = buildSchema(sdl);
  const pages = new Map<string, string>();
  for (const { page, title, type } of ROOTS) {
    const fields = Object.values(fieldsOf(schema, type)).sort(byName);
    const sections = fields.map((field) => toRootField(schema, `${type}.${field.name}`, field, examples));
    pages.set(`${FOLDER}/${page}.md`, `# ${title}\n\n${sections.join('\n')}`);
  }
  for (const { page, title, is } of KINDS) {
    const sections = typesOf(schema)
      .filter(is)
      .map((type) => toTypeSection(schema, type));
    pages.set(`${FOLDER}/${page}.md`, `# ${title}\n\n${sections.join('\n')}`);
  }
  pages.set(SCHEMA_PLACE, toIndex(schema));
  return pages;
}

/** What stands in the sidebar below the schema. */
export const SCHEMA_PAGES: readonly { readonly title: string; readonly place: string }[] = [
  ...ROOTS,
  ...KINDS,
].map(({ title, page }) => ({ title, place: `${FOLDER}/${page}.md` }));

function toIndex(schema: GraphQLSchema): string {
  const roots = ROOTS.map(({ page, title, type }) => {
    const fields = Object.values(fieldsOf(schema, type)).sort(byName);
    const rows = fields.map(
      (field) =>
        `| [\`${field.name}\`](./${page}.md#${toAnchor(field.name)}) | ${inCell(firstSentence(field.description))} |`,
    );
    return `## ${title}\n\n| Field | Does |\n| --- | --- |\n${rows.join('\n')}\n`;
  });
  const kinds = KINDS.map(({ page, title, is }) => {
    const types = typesOf(schema).filter(is);
    return `## ${title}\n\n${types.map(({ name }) => `[\`${name}\`](./${page}.md#${toAnchor(name)})`).join(' · ')}\n`;
  });
  return `# The schema

Everything that can be asked at \`/graphql\`, as it is served: made from the printed schema at each build of this site. The whole text is <a href="../../schema.graphql" target="_self">schema.graphql</a>;
outside production mode a gateway serves it at \`/schema.graphql\` and answers introspection. Each root field has an example that a test runs against the simulated vendors, and
[every code](../codes.md) has the answer that it comes in.

${roots.join('\n')}
${kinds.join('\n')}`;
}

function toRootField(
  schema: GraphQLSchema,
  path: string,
  field: GraphQLField<unknown, unknown>,
  examples: readonly Example[],
): string {
  const parts = [
    `## ${field.name}`,
    toDescription(field.description),
    `Gives ${toTypeLink(schema, String(field.type))}.`,
    toArguments(schema, field.args),
    ...examples.filter((example) => example.of === path).map(showExample),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function toTypeSection(schema: GraphQLSchema, type: GraphQLNamedType): string {
  const parts = [
    `## ${type.name}`,
    toDescription(type.description),
    toRelations(schema, type),
    toMembers(schema, type),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function toRelations(schema: GraphQLSchema, type: GraphQLNamedType): string {
  const lines: string[] = [];
  const toList = (types: readonly GraphQLNamedType[]) =>
    types.map(({ name }) => toTypeLink(schema, name)).join(', ');
  if (isObjectType(type) || isInterfaceType(type)) {
    if (type.getInterfaces().length > 0) lines.push(`Is a ${toList(type.getInterfaces())}.`);
  }
  if (isInterfaceType(type))
    lines.push(`Is one of ${toList([...schema.getPossibleTypes(type)].sort(byName))}.`);
  if (isInputObjectType(type) && type.isOneOf) lines.push('Exactly one of its fields is given.');
  if (isScalarType(type) && type.specifiedByURL) lines.push(`Specified by <${type.specifiedByURL}>.`);
  return lines.join(' ');
}

function toMembers(schema: GraphQLSchema, type: GraphQLNamedType): string {
  if (isEnumType(type)) {
    const rows = type.getValues().map(({ name, description }) => `| \`${name}\` | ${inCell(description)} |`);
    return `| Value | Means |\n| --- | --- |\n${rows.join('\n')}`;
  }
  if (isInputObjectType(type)) {
    const rows = Object.values(type.getFields()).map((field) => toInputRow(schema, field));
    return `| Field | Type | Means |\n| --- | --- | --- |\n${rows.join('\n')}`;
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return '';
  const rows = Object.values(type.getFields()).map(
    (field) =>
      `| \`${field.name}\` | ${toTypeLink(schema, String(field.type))} | ${inCell(withReason(field))} |`,
  );
  return `| Field | Type | Means |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

function toArguments(schema: GraphQLSchema, args: readonly GraphQLArgument[]): string {
  if (args.length === 0) return '';
  return `| Argument | Type | Means |\n| --- | --- | --- |\n${args.map((arg) => toInputRow(schema, arg)).join('\n')}`;
}

function toInputRow(schema: GraphQLSchema, input: GraphQLArgument | GraphQLInputField): string {
  const fallback = input.astNode?.defaultValue;
  const told = fallback === undefined ? '' : ` Default: \`${print(fallback)}\`.`;
  return `| \`${input.name}\` | ${toTypeLink(schema, String(input.type))} | ${inCell(withReason(input))}${told} |`;
}

function withReason({
  description,
  deprecationReason,
}: {
  readonly description?: string | null | undefined;
  readonly deprecationReason?: string | null | undefined;
}): string {
  return deprecationReason
    ? `**Deprecated**: ${deprecationReason} ${description ?? ''}`
    : (description ?? '');
}

/** `[Export!]!` as code, its name a link where it is a type of this schema. */
function toTypeLink(schema: GraphQLSchema, type: string): string {
  const name = type.replaceAll(/[[\]!]/g, '');
  const found = schema.getType(name);
  if (found === undefined || isSpecifiedScalarType(found)) return `\`${type}\``;
  const kind = KINDS.find(({ is }) => is(found));
  return kind === undefined ? `\`${type}\`` : `[\`${type}\`](./${kind.page}.md#${toAnchor(name)})`;
}

function typesOf(schema: GraphQLSchema): readonly GraphQLNamedType[] {
  return Object.values(schema.getTypeMap())
    .filter(
      (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type) && !ROOT_NAMES.includes(type.name),
    )
    .sort(byName);
}

function fieldsOf(
  schema: GraphQLSchema,
  type: string,
): Readonly<Record<string, GraphQLField<unknown, unknown>>> {
  const found = schema.getType(type);
  return isObjectType(found) ? found.getFields() : {};
}

function toDescription(text: string | null | undefined): string {
  return text ?? '';
}

/** A description in one cell of a table. */
function inCell(text: string | null | undefined): string {
  return (text ?? '').replaceAll('|', '\\|').replaceAll('\n\n', '<br>').replaceAll('\n', ' ');
}

function firstSentence(text: string | null | undefined): string {
  return /^[\s\S]*?\.(?=\s|$)/.exec(text ?? '')?.[0] ?? text ?? '';
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name.localeCompare(other.name, 'en');
}
