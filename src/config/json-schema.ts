import * as z from 'zod';
import { configSchema } from './schema.ts';

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

/**
 * The configuration file as JSON Schema (draft-07, which editors' YAML support reads best).
 *
 * It says what zod can say of one key; what a function checks (addresses, bytes) and what one key asks of another is
 * checked when the gateway starts.
 */
export function toJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7', unrepresentable: 'throw' });
  const { $schema, ...rest } = allowSubstitution(schema);
  return {
    $schema,
    $comment: 'Generated from src/config/schema.ts by scripts/write-config-schema.ts.',
    title: 'Waybill configuration',
    ...rest,
    definitions: {
      wholeSubstitution: WHOLE_SUBSTITUTION,
      textWithSubstitution: TEXT_WITH_SUBSTITUTION,
      quotedNumber: QUOTED_NUMBER,
      quotedBoolean: QUOTED_BOOLEAN,
    },
  };
}

const LINE_WIDTH = 110;
const LIST_OF_TEXTS = /^ *"\w+": \[\n(?: *"[^"\n]*",?\n)+ *\]/gm;

/** The schema file's text, laid out as the repository's formatter lays out JSON: short lists on one line. */
export function printJsonSchema(): string {
  const text = JSON.stringify(toJsonSchema(), null, 2);
  return `${text.replaceAll(LIST_OF_TEXTS, (list) => {
    const line = list.replaceAll(/\n */g, ' ').replace('[ ', '[').replace(/ \]$/, ']');
    return line.length <= LINE_WIDTH ? line : list;
  })}\n`;
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
  if (schema.oneOf !== undefined) copy.oneOf = schema.oneOf.map(mapChild);
  return copy;
}

function mapChild(child: z.core.JSONSchema._JSONSchema): JsonSchema {
  return typeof child === 'boolean' ? {} : allowSubstitution(child);
}
