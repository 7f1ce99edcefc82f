import type { ExportSnapshot } from '../../export/export.ts';
import { parseIds } from '../../export/locator.ts';
import type { ExportOrder, LocatorGrammar } from '../../export/ports.ts';
import type { DetailType, OrderField, VendorDeclaration } from '../../vendor-file/declaration.ts';
import { orderIds } from '../../vendor-file/order-ids.ts';
import {
  fieldOf,
  INSTANT_ALLOWED,
  isJson,
  isPlainObject,
  MAX_JSON_DEPTH,
  MAX_JSON_LENGTH,
  type OrderInput,
  refuseField,
  toInstantText,
} from '../shared/orders.ts';

/** Checks an order's input; see `VendorInfo.parseOrder`. */
export type ParseOrder = (input: OrderInput, where: string) => ExportOrder;

/** One value of an order: what it may be in words, and what becomes of it. */
interface ValueReader {
  readonly allowed: string;
  /** Undefined for what is not allowed. */
  read(value: unknown): unknown;
}

/** Of a text without a pattern of its own. */
const MAX_TEXT_LENGTH = 4_096;
/** Of a text of several lines, such as a GraphQL document. */
const MAX_MULTILINE_BYTES = 65_535;
const MAX_ID_LENGTH = 512;
const MAX_URL_LENGTH = 8_192;
const MAX_ENTRIES = 1_000;
const MAX_INT = 2_147_483_647;

/**
 * What checks orders as a vendor file says they are: the locator's ids that its start needs, then the order's own fields.
 *
 * @param locator - the whole grammar of the vendor's locator
 */
export function toParseOrder(declaration: VendorDeclaration, locator: LocatorGrammar): ParseOrder {
  const ids = Object.fromEntries(
    orderIds(declaration).flatMap(({ name, isOptional }) => {
      const rule = locator[name];
      return rule === undefined ? [] : [[name, { ...rule, isOptional }]];
    }),
  );
  const fields = Object.entries(declaration.start?.order ?? {}).map(
    ([name, field]) => [name, field.isRequired, toReader(field)] as const,
  );
  return (input, where) => {
    const order: Record<string, unknown> = { ...parseIds(ids, input, where) };
    for (const [name, isRequired, { allowed, read }] of fields) {
      const value = fieldOf(input, name);
      if (value === undefined && !isRequired) continue;
      const taken = value === undefined ? undefined : read(value);
      if (taken === undefined) throw refuseField(where, name, value, allowed);
      order[name] = taken;
    }
    return order;
  };
}

/** Types whose values an export tells as they were ordered; instants and addresses are written in many ways. */
const COMPARED: ReadonlySet<DetailType> = new Set(['ID', 'String', 'Int', 'Float', 'Boolean']);

/** Names of what is ordered and then told by the export, too: fields of the order that are fields of the vendor's type. */
export function toToldFields({
  start,
  status,
}: Pick<VendorDeclaration, 'start' | 'status'>): readonly string[] {
  const fields = start?.order ?? {};
  return Object.keys(fields).filter((name) => {
    const detail = Object.hasOwn(status.details, name) ? status.details[name] : undefined;
    return [fields[name], detail].every(
      (each) => each !== undefined && !each.isList && COMPARED.has(each.type),
    );
  });
}

/**
 * See `VendorInfo.kindOf`: exports of one kind belong to the same (`projects/7`), and were ordered with the same words. Where a vendor has
 * neither, all exports of an account are of one kind.
 */
export function toKindOf(declaration: VendorDeclaration): (snapshot: ExportSnapshot) => string {
  const parents = Object.keys(declaration.locator).slice(0, -1);
  const told = toToldFields(declaration).filter((name) => TEXTS.has(declaration.start?.order[name]?.type));
  return ({ key, details }) => {
    const fields = details as Readonly<Record<string, unknown>>;
    return JSON.stringify([
      ...parents.map((id) => key.ids[id] ?? null),
      ...told.map((name) => fields[name] ?? null),
    ]);
  };
}

const TEXTS: ReadonlySet<DetailType | undefined> = new Set<DetailType>(['ID', 'String']);

function toReader({ type, isList, pattern, isMultiline }: OrderField): ValueReader {
  const plain = isMultiline ? MULTILINE : READERS[type];
  const one = pattern === null ? plain : toPatternReader(pattern);
  return isList ? toListReader(one) : one;
}

function toListReader({ allowed, read }: ValueReader): ValueReader {
  return {
    allowed: `a list of at most ${MAX_ENTRIES} values, each ${allowed}`,
    read(value) {
      if (!Array.isArray(value) || value.length > MAX_ENTRIES) return undefined;
      const taken = value.map(read);
      return taken.includes(undefined) ? undefined : bounded(taken);
    },
  };
}

function toPatternReader(pattern: string): ValueReader {
  const whole = new RegExp(`^(?:${pattern})$`, 'u');
  return {
    allowed: `a text that fits ${pattern}`,
    read: (value) => (isText(value, MAX_JSON_LENGTH) && whole.test(value) ? value : undefined),
  };
}

/** A text of one line. */
function toTextReader(maxLength: number): ValueReader {
  return {
    allowed: `a text of 1 to ${maxLength} characters without control characters`,
    read: (value) => (isText(value, maxLength) && value !== '' && !/\p{Cc}/u.test(value) ? value : undefined),
  };
}

const MULTILINE: ValueReader = {
  allowed: `a text of 1 to ${MAX_MULTILINE_BYTES} bytes, without control characters but line ends and tabs`,
  read: (value) =>
    isText(value, MAX_MULTILINE_BYTES) &&
    value !== '' &&
    Buffer.byteLength(value) <= MAX_MULTILINE_BYTES &&
    !/[^\P{Cc}\t\n\r]/u.test(value)
      ? value
      : undefined,
};

const READERS = {
  Int: {
    allowed: 'a whole number of at most 31 bits',
    read: (value) => (Number.isInteger(value) && Math.abs(value as number) <= MAX_INT ? value : undefined),
  },
  Float: { allowed: 'a number', read: (value) => (Number.isFinite(value) ? value : undefined) },
  Boolean: { allowed: 'true or false', read: (value) => (typeof value === 'boolean' ? value : undefined) },
  String: toTextReader(MAX_TEXT_LENGTH),
  ID: toTextReader(MAX_ID_LENGTH),
  DateTime: { allowed: INSTANT_ALLOWED, read: toInstantText },
  URL: {
    allowed: 'an absolute http(s) address',
    read: (value) =>
      isText(value, MAX_URL_LENGTH) && /^https?:\/\/[\x21-\x7e]+$/.test(value) && URL.canParse(value)
        ? value
        : undefined,
  },
  JSON: {
    allowed: 'a JSON object of at most 64 kB, nested at most 20 levels deep',
    read: (value) => (isPlainObject(value) && isJson(value, MAX_JSON_DEPTH) ? bounded(value) : undefined),
  },
} as const satisfies Record<DetailType, ValueReader>;

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength && value.isWellFormed();
}

/** A copy as plain JSON; undefined where that is too long. */
function bounded(value: unknown): unknown {
  const text = JSON.stringify(value);
  return Buffer.byteLength(text) > MAX_JSON_LENGTH ? undefined : JSON.parse(text);
}
