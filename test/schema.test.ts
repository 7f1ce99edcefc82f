import { readdirSync, readFileSync } from 'node:fs';
import {
  buildASTSchema,
  buildSchema,
  findBreakingChanges,
  type GraphQLNamedType,
  GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  validateSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { printServedSchema, readServedSchema } from '../scripts/served-schema.ts';
import { isTerminal } from '../src/export/export.ts';
import { CODED_VENDOR_IDS } from '../src/export/vendor-id.ts';
import { withDeclared } from '../src/graphql/declared-schema.ts';
import { servedSchema } from '../src/graphql/generated/served-schema.ts';
import { createSchema } from '../src/graphql/schema.ts';
import { SHIPPED_DECLARATIONS } from '../src/vendor-file/generated/shipped.ts';
import { schemaNames } from '../src/vendor-file/names.ts';
import { HI_ENERGY_STATUS } from '../src/vendors/hi-energy/mapping.ts';
import { POWER_BI_STATUS } from '../src/vendors/power-bi/mapping.ts';
import { TALKDESK_STATUS } from '../src/vendors/talkdesk/mapping.ts';
import { WEB_ADMIT_STATUS } from '../src/vendors/web-admit/mapping.ts';

const SERVED = createSchema();
const OWN_TYPES = Object.values(SERVED.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

/** A place in the schema, and what is said there. */
interface Item {
  readonly name: string;
  readonly description: string | null | undefined;
}

describe('the served schema', () => {
  it('is valid, which is not asked again when the gateway starts', () => {
    const assumed = SERVED.toConfig();

    expect(assumed.assumeValid).toBe(true);
    expect(validateSchema(new GraphQLSchema({ ...assumed, assumeValid: false }))).toEqual([]);
    expect(() => buildASTSchema(servedSchema)).not.toThrow();
  });

  it('describes every type, field, argument, enum value and input field', () => {
    const items = OWN_TYPES.flatMap(toItems);

    expect(items.length).toBeGreaterThan(200);
    expect(
      items.filter(({ description }) => (description ?? '').trim().length < 3).map(({ name }) => name),
    ).toEqual([]);
  });

  it('is the one in docs/schema.graphql', () => {
    expect(`${printServedSchema(servedSchema)}\n`).toBe(readText('../docs/schema.graphql'));
  });

  it('is made of schema/*.graphql as they stand, and of the vendor files that ship', () => {
    const folder = new URL('../schema/', import.meta.url);
    const files = readdirSync(folder)
      .filter((name) => name.endsWith('.graphql'))
      .sort();

    const sdl = files.map((name) => readText(`../schema/${name}`)).join('\n');

    expect(servedSchema).toEqual(
      JSON.parse(JSON.stringify(withDeclared(readServedSchema(sdl), SHIPPED_DECLARATIONS))),
    );
  });
});

describe('the contract', () => {
  const contract = buildSchema(readText('fixtures/contract.graphql'));

  it('is kept: nothing of it is missing, renamed or of another type', () => {
    expect(findBreakingChanges(contract, SERVED).map(({ description }) => description)).toEqual([]);
  });

  it('is kept to the letter where types and nullability stand', () => {
    const promised = listSignatures(contract);
    const served = new Set(listSignatures(SERVED));

    expect(promised.length).toBeGreaterThan(200);
    expect(promised.filter((signature) => !served.has(signature))).toEqual([]);
  });

  it('asks for nothing more than it did: every later argument and input field may be left out', () => {
    const promised = new Set(listSignatures(contract));
    const places = new Set([...promised].flatMap(toPlace));
    const later = listSignatures(SERVED).filter((signature) => !promised.has(signature));

    const demands = later.filter((signature) => /^(argument|input) .*![^=]*$/.test(signature));

    // A field that is itself later may ask for what it likes.
    expect(demands.filter((signature) => toPlace(signature).some((place) => places.has(place)))).toEqual([]);
  });
});

describe("each vendor's type", () => {
  it.each(CODED_VENDOR_IDS)('is there for %s, and its locator beside it', (vendor) => {
    const { exportType, locatorField } = schemaNames(vendor);
    const locator = SERVED.getType('ExportLocator');

    expect(SERVED.getPossibleTypes(requireInterface('Export')).map(({ name }) => name)).toContain(exportType);
    expect(isInputObjectType(locator) && locator.isOneOf && locatorField in locator.getFields()).toBe(true);
  });

  const tables = {
    'power-bi': POWER_BI_STATUS,
    'hi-energy': HI_ENERGY_STATUS,
    talkdesk: TALKDESK_STATUS,
    'web-admit': WEB_ADMIT_STATUS,
  };

  it.each(CODED_VENDOR_IDS)('of %s shows its status table as the code has it', (vendor) => {
    const rows = readRows(SERVED.getType(schemaNames(vendor).exportType)?.description ?? '');

    for (const [word, reading] of Object.entries(tables[vendor])) {
      const { status, outcome = '' } = reading as { readonly status: string; readonly outcome?: string };
      expect(rows.get(word), `the row of ${word}`).toEqual({ status, outcome });
    }
  });

  it('has the same statuses and outcomes as the domain', () => {
    const statuses = SERVED.getType('ExportStatus');
    const names = isEnumType(statuses) ? statuses.getValues().map(({ name }) => name) : [];

    expect(names.filter((name) => isTerminal(name as never))).toEqual([
      'SUCCEEDED',
      'FAILED',
      'CANCELED',
      'EXPIRED',
    ]);
  });
});

function toItems(type: GraphQLNamedType): readonly Item[] {
  const own = { name: type.name, description: type.description };
  if (isEnumType(type))
    return [
      own,
      ...type.getValues().map(({ name, description }) => ({ name: `${type.name}.${name}`, description })),
    ];
  if (isInputObjectType(type))
    return [
      own,
      ...Object.values(type.getFields()).map(({ name, description }) => ({
        name: `${type.name}.${name}`,
        description,
      })),
    ];
  if (!isObjectType(type) && !isInterfaceType(type)) return [own];
  const fields = Object.values(type.getFields()).flatMap(({ name, description, args }) => [
    { name: `${type.name}.${name}`, description },
    ...args.map((argument) => ({
      name: `${type.name}.${name}(${argument.name})`,
      description: argument.description,
    })),
  ]);
  return [own, ...fields];
}

/** Every type, field, argument and enum value as one line, with its type. */
function listSignatures(schema: GraphQLSchema): readonly string[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type))
    .flatMap((type) => [`type ${type.name}: ${type.constructor.name}`, ...listMembers(type)]);
}

function listMembers(type: GraphQLNamedType): readonly string[] {
  if (isEnumType(type)) return type.getValues().map(({ name }) => `value ${type.name}.${name}`);
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    return [
      `oneOf ${type.name}: ${type.isOneOf}`,
      ...fields.map(
        (field) => `input ${type.name}.${field.name}: ${field.type}${toDefault(field.defaultValue)}`,
      ),
    ];
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  const implemented = type.getInterfaces().map(({ name }) => `implements ${type.name}: ${name}`);
  const fields = Object.values(type.getFields()).flatMap((field) => [
    `field ${type.name}.${field.name}: ${field.type}`,
    ...field.args.map(
      (argument) =>
        `argument ${type.name}.${field.name}(${argument.name}): ${argument.type}${toDefault(argument.defaultValue)}`,
    ),
  ]);
  return [...implemented, ...fields];
}

/** The field that an argument belongs to, or the input type of an input field; the place of its own for a field or type. */
function toPlace(signature: string): readonly string[] {
  const argument = /^argument ([^(]+)/.exec(signature)?.[1] ?? /^field ([^:]+)/.exec(signature)?.[1];
  const input = /^input ([^.]+)/.exec(signature)?.[1] ?? /^oneOf ([^:]+)/.exec(signature)?.[1];
  return [argument, input].filter((place) => place !== undefined);
}

function toDefault(value: unknown): string {
  return value === undefined ? '' : ` = ${JSON.stringify(value)}`;
}

/** The rows of a Markdown table of statuses: each word in backquotes, with what it means. */
function readRows(
  description: string,
): ReadonlyMap<string, { readonly status: string; readonly outcome: string }> {
  const rows = description.split('\n').filter((line) => line.startsWith('| '));
  return new Map(
    rows.flatMap((row) => {
      const [, words = '', status = '', outcome = ''] = row.split('|').map((cell) => cell.trim());
      const meaning = { status: status.split(/[^A-Z]/, 1)[0] ?? '', outcome };
      return [...words.matchAll(/`([^`]+)`/g)].map(([, word = '']) => [word, meaning] as const);
    }),
  );
}

function requireInterface(name: string) {
  const type = SERVED.getType(name);
  if (!isInterfaceType(type)) throw new TypeError(`There is no interface ${name}.`);
  return type;
}

function readText(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
