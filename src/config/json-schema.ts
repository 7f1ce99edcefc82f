import * as z from 'zod';
import { printJson } from '../yaml/print-json.ts';
import { oneOf } from '../yaml/scalars.ts';
import { createConfigSchema } from './schema.ts';
import { USUAL_ROWS } from './vendor-defaults.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A text that is one `${NAME}` or `${NAME:-default}` and nothing else: it may stand for a number. */
const WHOLE_SUBSTITUTION = {
  type: 'string',
  pattern: '^\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}$',
} as const;

/** What is read as a number, or as true or false, in quotes too. */
const QUOTED_NUMBER = { type: 'string', pattern: '^-?\\d{1,15}(\\.\\d{1,15})?$' } as const;
const QUOTED_BOOLEAN = { type: 'string', enum: ['true', 'false'] } as const;

/** A text with such a reference in it: what it will be is checked when the gateway starts. */
const TEXT_WITH_SUBSTITUTION = {
  type: 'string',
  pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}',
} as const;

/** Hosts that only this machine can reach, as `isLoopbackHost` has them, or one that is not known yet. */
const LOOPBACK_OR_REFERENCE =
  '^([Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|::1|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3})$|\\$\\{';

/** Names the schema wherever it is copied to; it is no address. */
const SCHEMA_ID = 'urn:waybill:configuration';

/**
 * The configuration file as JSON Schema (draft-07, which editors' YAML support reads best).
 *
 * It says what zod can say of one key, and of what one key asks of another what an operator meets first; what a function checks (addresses,
 * bytes) and all else is checked when the gateway starts.
 */
export function toJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(createConfigSchema(USUAL_ROWS), {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'throw',
  });
  const { $schema, ...rest } = letOwnVendors(allowSubstitution(schema));
  return {
    $schema,
    $id: SCHEMA_ID,
    $comment: 'Generated from src/config/schema.ts by scripts/write-config-schema.ts.',
    title: 'Waybill configuration',
    ...rest,
    allOf: [...ACCESS_CONDITIONS, KNOWN_VENDORS_ONLY],
    definitions: {
      wholeSubstitution: WHOLE_SUBSTITUTION,
      textWithSubstitution: TEXT_WITH_SUBSTITUTION,
      quotedNumber: QUOTED_NUMBER,
      quotedBoolean: QUOTED_BOOLEAN,
    },
  };
}

const hasMode = (mode: string): JsonSchema => ({
  type: 'object',
  required: ['access'],
  properties: {
    access: { type: 'object', required: ['mode'], properties: { mode: { const: mode } } },
  },
});

/** What `access` has to be, by its mode and by where the gateway listens. */
const ACCESS_CONDITIONS: JsonSchema[] = [
  {
    if: {
      type: 'object',
      required: ['server'],
      properties: {
        server: {
          type: 'object',
          required: ['host'],
          properties: { host: { type: 'string', not: { pattern: LOOPBACK_OR_REFERENCE } } },
        },
      },
    },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      required: ['access'],
      properties: {
        access: {
          type: 'object',
          required: ['mode'],
          properties: {
            mode: {
              not: { const: 'open' },
              errorMessage: 'Allowed here: "keys" or "jwt", because server.host is no loopback host.',
            },
          },
        },
      },
    },
  },
  {
    if: hasMode('keys'),
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { access: { required: ['keys'], properties: { keys: { minItems: 1 } } } } },
  },
  {
    if: hasMode('jwt'),
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { access: { required: ['jwt'] } } },
  },
];

const VENDORS = [...USUAL_ROWS.keys()];

/** Without vendor files there are no other vendors than those that come with Waybill. */
const KNOWN_VENDORS_ONLY: JsonSchema = {
  if: { not: { type: 'object', required: ['vendorFiles'] } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: {
    properties: {
      accounts: {
        items: {
          properties: {
            vendor: { enum: VENDORS, errorMessage: `Allowed here: ${oneOf(VENDORS)}.` },
          },
        },
      },
    },
  },
};

/** Which words a vendor may be then is no affair of this schema: a file of the user's own names another one. */
function letOwnVendors(schema: JsonSchema): JsonSchema {
  const { accounts, webhooks } = schema.properties ?? {};
  for (const vendor of [itemProperty(accounts, 'vendor'), itemProperty(webhooks, 'vendors')?.items]) {
    if (typeof vendor !== 'object' || Array.isArray(vendor)) continue;
    delete vendor.enum;
    delete vendor.anyOf;
    delete vendor.errorMessage;
    Object.assign(vendor, { type: 'string', examples: VENDORS });
  }
  return schema;
}

function itemProperty(list: z.core.JSONSchema._JSONSchema | undefined, name: string): JsonSchema | undefined {
  if (typeof list !== 'object' || typeof list.items !== 'object' || Array.isArray(list.items))
    return undefined;
  const property = list.items.properties?.[name];
  return typeof property === 'object' ? property : undefined;
}

/** The schema file's text. */
export function printJsonSchema(): string {
  return printJson(toJsonSchema());
}

/** Lets `${NAME}` stand wherever a value is checked more closely than by its type, so that editors do not complain. */
function allowSubstitution(schema: JsonSchema): JsonSchema {
  const { type } = schema;
  if (type === 'number' || type === 'integer') {
    return withAlternatives(schema, ['wholeSubstitution', 'quotedNumber']);
  }
  if (type === 'boolean') return withAlternatives(schema, ['wholeSubstitution', 'quotedBoolean']);
  if (type === 'string' && (schema.pattern !== undefined || schema.enum !== undefined)) {
    return withAlternatives(schema, ['textWithSubstitution']);
  }
  return mapChildren(schema);
}

/** Description and default stay outside, where editors look for them. */
function withAlternatives(schema: JsonSchema, definitions: readonly string[]): JsonSchema {
  const { description, default: fallback, ...value } = schema;
  const outside = fallback === undefined ? { description } : { description, default: fallback };
  return { ...outside, anyOf: [value, ...definitions.map((name) => ({ $ref: `#/definitions/${name}` }))] };
}

function mapChildren(schema: JsonSchema): JsonSchema {
  const { default: fallback, ...rest } = schema;
  const copy: JsonSchema = { ...rest };
  // An empty mapping is no default worth completing: its keys have theirs.
  if (fallback !== undefined && schema.type !== 'object') copy.default = fallback;
  if (schema.properties !== undefined) {
    copy.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([key, child]) => [key, mapChild(child)]),
    );
  }
  if (schema.items !== undefined && !Array.isArray(schema.items)) copy.items = mapChild(schema.items);
  if (schema.anyOf !== undefined) copy.anyOf = schema.anyOf.map(mapChild);
  return schema.oneOf === undefined ? copy : toConditions(copy, schema.oneOf.map(mapChild));
}

/**
 * A mapping whose other keys depend on one of its words, as conditions: of an alternative, editors would show the one that fits best, and say of a
 * misspelt vendor that its credential is wrong.
 */
function toConditions({ oneOf: _, ...outside }: JsonSchema, branches: readonly JsonSchema[]): JsonSchema {
  const [word = ''] = Object.entries(branches[0]?.properties ?? {}).find(([, child]) => isConst(child)) ?? [];
  const allowed = branches.map((branch) => constOf(branch.properties?.[word]));
  return {
    ...outside,
    type: 'object',
    required: [word],
    properties: {
      [word]: {
        description: describeWord(word, branches),
        enum: allowed,
        errorMessage: `Allowed here: ${oneOf(allowed)}.`,
      },
    },
    allOf: branches.map((branch, index) => ({
      if: { properties: { [word]: { const: allowed[index] } }, required: [word] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: branch,
    })),
  };
}

/** What the branches say of their word: once where all say the same. */
function describeWord(word: string, branches: readonly JsonSchema[]): string {
  const said = branches.flatMap(({ properties }) => {
    const child = properties?.[word];
    return typeof child === 'object' ? [{ value: constOf(child), description: child.description ?? '' }] : [];
  });
  const different = new Set(said.map(({ description }) => description));
  return different.size === 1
    ? [...different].join('')
    : said.map(({ value, description }) => `${value}: ${description}`).join(' ');
}

function isConst(schema: z.core.JSONSchema._JSONSchema): boolean {
  return typeof schema === 'object' && schema.const !== undefined;
}

function constOf(schema: z.core.JSONSchema._JSONSchema | undefined): string {
  return typeof schema === 'object' ? String(schema.const) : '';
}

function mapChild(child: z.core.JSONSchema._JSONSchema): JsonSchema {
  return typeof child === 'boolean' ? {} : allowSubstitution(child);
}
