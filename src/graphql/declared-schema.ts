import {
  type DocumentNode,
  type InputObjectTypeDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  parse,
  type TypeDefinitionNode,
} from 'graphql';
import type { Export } from '../export/export.ts';
import type { DetailRule, IdGrammar, OrderField, VendorDeclaration } from '../vendor-file/declaration.ts';
import { detailsOf } from '../vendor-file/further.ts';
import { schemaNames } from '../vendor-file/names.ts';
import { orderIds } from '../vendor-file/order-ids.ts';
import { exportFields } from './resolvers/Export.ts';

/*
 * The part of the schema that follows from vendor files: of each vendor its own Export type, its locator's input and, where it can start
 * exports, its order's, as if they had been written by hand.
 */

/** The schema with everything that these vendors add to it; itself where there are none. */
export function withDeclared(served: DocumentNode, declarations: readonly VendorDeclaration[]): DocumentNode {
  if (declarations.length === 0) return served;
  const shared = served.definitions.find(
    (definition): definition is InterfaceTypeDefinitionNode =>
      definition.kind === Kind.INTERFACE_TYPE_DEFINITION && definition.name.value === 'Export',
  );
  const own = declarations.flatMap((declaration) => toTypes(declaration, shared));
  const locators = parseFields(declarations.map(toLocatorField));
  const orders = parseFields(declarations.filter(({ start }) => start !== null).map(toOrderField));
  return {
    ...served,
    definitions: [
      ...served.definitions.map((definition) => {
        if (definition.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION) return definition;
        if (definition.name.value === 'ExportLocator') return withFields(definition, locators);
        return definition.name.value === 'ExportOrder' ? withFields(definition, orders) : definition;
      }),
      ...own,
    ],
  };
}

/** Resolvers of the vendors' own Export types. What stands in a locator comes from the key, everything else from the details. */
export function declaredResolvers(declarations: readonly VendorDeclaration[]) {
  return Object.fromEntries(
    declarations.map(({ id, locator, status }) => [
      schemaNames(id).exportType,
      {
        ...exportFields,
        ...mapKeys(
          locator,
          (name) =>
            ({ key }: Export) =>
              key.ids[name] ?? null,
        ),
        ...mapKeys(
          detailsOf({ status }),
          (name) =>
            ({ details }: Export<Readonly<Record<string, unknown>> | null>) =>
              details?.[name] ?? null,
        ),
      },
    ]),
  );
}

function mapKeys<Value>(of: object, toValue: (name: string) => Value): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.keys(of).map((name) => [name, toValue(name)]));
}

function toTypes(
  declaration: VendorDeclaration,
  shared: InterfaceTypeDefinitionNode | undefined,
): readonly TypeDefinitionNode[] {
  const { id, name, locator, status, start } = declaration;
  const { exportType, locatorType, orderType } = schemaNames(id);
  const account = `${describe(`Account key; may be left out where the caller has exactly one ${name} account.`)}\n  account: ID`;
  const text = [
    `${describe(toTypeDescription(declaration))}
type ${exportType} implements Export & Node {
  ${[
    ...Object.entries(locator).map(([field, rule]) => toIdField(field, rule)),
    ...Object.entries(detailsOf({ status })).map(([field, rule]) => toDetailField(field, rule)),
  ].join('\n  ')}
}`,
    `${describe(`Where an export of ${name} is.`)}
input ${locatorType} {
  ${[account, ...Object.entries(locator).map(([field, rule]) => toIdField(field, rule))].join('\n  ')}
}`,
  ];
  if (start !== null) {
    const ids = orderIds(declaration).map(({ name: field, isOptional }) =>
      toIdField(field, { ...(locator[field] as IdGrammar), isOptional }),
    );
    const fields = Object.entries(start.order).map(([field, rule]) => toOrderInputField(field, rule));
    text.push(`${describe(`An export of ${name} to start.`)}
input ${orderType} {
  ${[account, ...ids, ...fields].join('\n  ')}
}`);
  }
  const [type, ...inputs] = parse(text.join('\n\n'), { noLocation: true })
    .definitions as TypeDefinitionNode[];
  // What all exports have comes first, described as there.
  if (type?.kind !== Kind.OBJECT_TYPE_DEFINITION) return inputs;
  return [{ ...type, fields: [...(shared?.fields ?? []), ...(type.fields ?? [])] }, ...inputs];
}

function toTypeDescription({ name, description, docs, status }: VendorDeclaration): string {
  const rows = Object.entries(status.words).map(
    ([word, { status: ours, outcome }]) => `| \`${word}\` | ${ours} | ${outcome ?? ''} |`,
  );
  const refined =
    status.refine.length > 0 ? ['', 'Some of them are told apart by what else the answer says.'] : [];
  const further = status.further ? ['', `Where that leaves something open, ${name} is asked once more.`] : [];
  return [
    description ?? `An export of ${name}.`,
    ...(docs === null ? [] : ['', docs]),
    '',
    `| ${name} says | status | outcome |`,
    '| --- | --- | --- |',
    ...rows,
    '| any other word | UNKNOWN | |',
    ...refined,
    ...further,
  ].join('\n');
}

function toIdField(field: string, { isOptional, description, example }: IdGrammar): string {
  return `${describe(description ?? `Such as \`${example}\`.`)}\n  ${field}: ID${isOptional ? '' : '!'}`;
}

function toDetailField(field: string, { type, isList, description }: DetailRule): string {
  const text = `${field}: ${isList ? `[${type}!]` : type}`;
  return description === null ? text : `${describe(description)}\n  ${text}`;
}

function toOrderInputField(field: string, rule: OrderField): string {
  return `${toDetailField(field, { ...rule, at: [[]], as: null, absent: [] })}${rule.isRequired ? '!' : ''}`;
}

function toLocatorField({ id, name }: VendorDeclaration): string {
  const { locatorField, locatorType } = schemaNames(id);
  return `${describe(`An export of ${name}.`)}\n  ${locatorField}: ${locatorType}`;
}

function toOrderField({ id, name }: VendorDeclaration): string {
  const { locatorField, orderType } = schemaNames(id);
  return `${describe(`At ${name}.`)}\n  ${locatorField}: ${orderType}`;
}

function parseFields(fields: readonly string[]): InputObjectTypeDefinitionNode['fields'] {
  if (fields.length === 0) return [];
  const [parsed] = parse(`input Fields {\n  ${fields.join('\n  ')}\n}`, { noLocation: true }).definitions;
  return (parsed as InputObjectTypeDefinitionNode).fields;
}

function withFields(
  input: InputObjectTypeDefinitionNode,
  fields: InputObjectTypeDefinitionNode['fields'],
): InputObjectTypeDefinitionNode {
  return { ...input, fields: [...(input.fields ?? []), ...(fields ?? [])] };
}

/** A description as GraphQL's language writes it; whatever stands in it ends nothing. */
function describe(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(/[\u007f-\u009f]/g, ' ');
}
