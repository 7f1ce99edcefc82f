import type { ExportKey } from './export.ts';
import { parseGlobalId } from './locator.ts';
import type { IdRule, LocatorGrammar } from './ports.ts';

/**
 * An export's locator as the command line reads it, such as `hi-energy:4213`: the vendor, and its ids in the grammar's order.
 *
 * Taken from the global id, whose order no store turns around. No vendor's ids hold a slash.
 *
 * @throws InputError where the key's id is none of an export
 */
export function toLocatorText({ id, vendor }: Pick<ExportKey, 'id' | 'vendor'>): string {
  const parsed = parseGlobalId(id);
  const values = parsed.type === 'export' ? parsed.values.filter((value) => value !== null) : [];
  return `${vendor}:${values.join('/')}`;
}

/** What a locator looks like before anyone looks closer; a global id has no colon. */
const SHAPE = /^(?:([a-z0-9-]{1,40})@)?([a-z][a-z0-9-]{0,39}):(.*)$/su;
/** No locator is longer: three ids of at most 512 characters and a bit. */
const MAX_LENGTH = 2_048;

export interface LocatorText {
  readonly vendor: string;
  readonly account: string | undefined;
  /** In the order in which they stand. */
  readonly values: readonly string[];
}

/** Takes `ACCOUNT@VENDOR:ID/ID` apart; whether there is such a vendor, and what its ids are, is not asked. Undefined where it is no such text. */
export function splitLocatorText(text: string): LocatorText | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [, account, vendor, ids] = SHAPE.exec(text) ?? [];
  return vendor === undefined || ids === undefined ? undefined : { vendor, account, values: ids.split('/') };
}

/**
 * The ids of a locator's text by their names. Where some are left out it is the first optional ones, unless the ids that are there fit
 * other places only.
 *
 * @returns undefined where there are too many or too few; ids that fit no place are named all the same, so that a check can say which
 */
export function nameLocatorIds(
  grammar: LocatorGrammar,
  values: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const fields = Object.entries(grammar);
  const required = fields.filter(([, { isOptional }]) => !isOptional).length;
  if (values.length > fields.length || values.length < required) return undefined;
  return place(fields, values, true) ?? place(fields, values, false);
}

/** Each id at the last field that leaves room for those before it, right to left. */
function place(
  fields: readonly (readonly [string, IdRule])[],
  values: readonly string[],
  isChecked: boolean,
): Readonly<Record<string, string>> | undefined {
  /** By how many fields and how many values are still to be placed: whether that was found to be impossible. */
  const failed = new Set<string>();
  const placed: [string, string][] = [];
  const go = (fieldCount: number, valueCount: number): boolean => {
    const [name, rule] = fields[fieldCount - 1] ?? [];
    if (name === undefined || rule === undefined) return valueCount === 0;
    const state = `${fieldCount} ${valueCount}`;
    if (failed.has(state)) return false;
    const value = values[valueCount - 1];
    if (value !== undefined && (!isChecked || rule.test(value))) {
      placed.unshift([name, value]);
      if (go(fieldCount - 1, valueCount - 1)) return true;
      placed.shift();
    }
    if (rule.isOptional && go(fieldCount - 1, valueCount)) return true;
    failed.add(state);
    return false;
  };
  return go(fields.length, values.length) ? Object.fromEntries(placed) : undefined;
}

/** How a vendor's locators are written: `web-admit:[userIdentityId/]exportId/exportFileId`. */
export function toLocatorForm(vendor: string, grammar: LocatorGrammar): string {
  const fields = Object.entries(grammar);
  const last = fields.length - 1;
  const ids = fields.map(([name, { isOptional }], index) => {
    const part = index === last ? name : `${name}/`;
    return isOptional ? `[${part}]` : part;
  });
  return `${vendor}:${ids.join('')}`;
}
