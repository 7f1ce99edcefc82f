import type { ExportKey, LocatorIds } from '../../export/export.ts';
import type { LocatorGrammar } from '../../export/ports.ts';
import { CALL_TIMEOUTS } from '../../http/client.ts';
import type { AccountClient } from '../../http/types.ts';
import { cleanVendorWords } from '../../http/vendor-words.ts';
import type { VendorDeclaration } from '../../vendor-file/declaration.ts';
import type { AccountParts } from '../shared/account.ts';
import type { ErrorReader } from './errors.ts';
import { compileFiles, type Files } from './files-found.ts';
import { type CompiledFurther, type Further, openFurther } from './further.ts';
import type { AnswerFacts, DescribeFiles, Snapshot, ToSnapshot } from './mapping.ts';
import type { FoundExport, StatusReader } from './status.ts';
import { compileTemplate, type SettingValues } from './template.ts';
import type { Misfit } from './values.ts';

/** A vendor file, compiled: the same for all its accounts. */
export interface CompiledVendor {
  readonly declaration: VendorDeclaration;
  readonly locator: LocatorGrammar;
  /** The name of the locator's last id. */
  readonly lastId: string;
  readonly errors: ErrorReader;
  readonly status: StatusReader;
  readonly toSnapshot: ToSnapshot;
  readonly further: CompiledFurther | null;
}

/** What the calls of one account share. */
export interface DeclaredAccount extends Omit<CompiledVendor, 'toSnapshot' | 'further'> {
  readonly http: AccountClient;
  /** Never ends in `/`. */
  readonly baseUrl: string;
  readonly settings: SettingValues;
  /** The key of an export that only the vendor has named so far; its ids must fit the grammar. */
  toKey(ids: LocatorIds): ExportKey;
  toSnapshot(key: ExportKey, found: FoundExport, facts: AnswerFacts): Snapshot;
  readonly files: Files;
  /** Null where the file names no further call. */
  readonly further: Further | null;
  /** Until when an order that begins now may be under way, all its calls together. */
  orderEndsAt(): number;
}

export function openDeclaredAccount(
  vendor: CompiledVendor,
  { http, settings, tools, toKey }: AccountParts<LocatorIds>,
): DeclaredAccount {
  const { declaration } = vendor;
  const { clock, log, secrets } = tools;
  const values = toSettingValues(declaration, settings.settings);
  const misfit = createMisfitReporter((field) =>
    log.warn(
      { vendor: declaration.id, account: settings.key, field },
      `${declaration.name} sent a value that is not what its file says`,
    ),
  );
  const files = compileFiles(declaration, values, misfit);
  const describeFiles: DescribeFiles = (ids, { source: wire }, status, { source }) =>
    files.describe({ ids, status, wire }, source === 'single');
  const context = {
    misfit,
    cleanWords: (words: string) => cleanVendorWords(words, secrets),
    describeFiles,
  };
  return {
    ...vendor,
    http,
    baseUrl: settings.baseUrl,
    settings: values,
    toKey,
    toSnapshot: (key, found, facts) => vendor.toSnapshot(key, found, facts, context),
    files,
    further:
      vendor.further &&
      openFurther(vendor.further, {
        ...{ http, clock, context, toFirst: vendor.toSnapshot, settings: values },
        stallAfterMs: settings.pacing.stallAfterMs,
        timeoutMs: settings.limits.timeoutMs,
        onFailure: createMisfitReporter((code) =>
          log.warn(
            { vendor: declaration.id, account: settings.key, code },
            `${declaration.name} did not tell what else there is to an export`,
          ),
        ),
      }),
    orderEndsAt: () => clock.now() + CALL_TIMEOUTS * settings.limits.timeoutMs,
  };
}

/** What an account says, or else what the file does. */
export function toSettingValues(
  { settings }: Pick<VendorDeclaration, 'settings'>,
  given: Readonly<Record<string, string>> = {},
): SettingValues {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, rule]): (readonly [string, string])[] => {
      const value = Object.hasOwn(given, name) ? given[name] : rule.default;
      return value === undefined || value === null ? [] : [[name, value]];
    }),
  );
}

/** Further origins that the credential may go to. */
export function toOrigins(
  { origins }: Pick<VendorDeclaration, 'origins'>,
  settings: SettingValues,
): readonly string[] {
  return origins.flatMap((origin) => {
    const text = compileTemplate(origin, settings)({ ids: {} });
    return text !== undefined && URL.canParse(text) ? [new URL(text).origin] : [];
  });
}

/** Tells of each field, or code, once: a vendor may send the same nonsense with every answer. */
function createMisfitReporter(tell: Misfit): Misfit {
  const told = new Set<string>();
  return (field) => {
    if (told.has(field)) return;
    told.add(field);
    tell(field);
  };
}
