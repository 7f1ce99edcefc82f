import { toExportFields } from '../changed-export.ts';
import { CommandError } from '../command-error.ts';
import { isTerminal } from '../display/display.ts';
import { toJsonLine } from '../display/json.ts';
import { writeTable } from '../display/table.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';
import type { GatewayAccess } from '../gateway/address.ts';
import { askGateway } from '../gateway/ask.ts';
import { type JsonOptions, readGatewayAccess } from '../gateway-options.ts';
import {
  type ExportFilter,
  type ExportStatus,
  ListExportsDocument,
  type ListExportsQuery,
  type ListedExportFragment,
} from '../generated/operations.ts';
import type { CommandIo } from '../io.ts';
import { toLocatorText } from '../locator-argument.ts';
import { LIST_FIELDS, toListColumns } from './columns.ts';

export interface ListOptions extends JsonOptions {
  readonly vendor?: string[] | undefined;
  readonly account?: string[] | undefined;
  readonly status?: ExportStatus[] | undefined;
  /** Part of the name or label. */
  readonly text?: string | undefined;
  /** How many at most. */
  readonly limit: number;
  /** Goes on showing what happens. */
  readonly watch?: boolean | undefined;
  /** Locators alone, one a line. */
  readonly quiet?: boolean | undefined;
}

/**
 * `waybill list`: tracked and recent exports, the newest first.
 *
 * @returns the exit code: 1 where an account could not be listed
 * @throws CommandError
 */
export async function list(options: ListOptions, io: CommandIo): Promise<number> {
  if (options.quiet === true && options.json === true) {
    throw new CommandError(EXIT.usage, 'Give --quiet or --json, not both.');
  }
  const access = readGatewayAccess(options, io);
  const filter = toFilter(options);
  const page = await readList({ access, filter, limit: options.limit, io });
  if (options.watch === true) {
    const { watchExports } = await import('./watch-exports.ts');
    const isQuiet = options.quiet === true;
    return watchExports({
      access,
      filter,
      exports: page.exports,
      limit: options.limit,
      isQuiet,
      isTable: isTerminal(io.stdout, io) && options.json !== true && !isQuiet,
      io,
      write: (exports) => writeExports(exports, options, io),
    });
  }
  writeExports(page.exports, options, io);
  for (const notice of toNotices(page, options, io)) io.stderr.write(`${notice}\n`);
  return page.unlisted.length === 0 ? EXIT.succeeded : EXIT.failed;
}

/** Undefined where nothing is left out. */
function toFilter({ vendor, account, status, text }: ListOptions): ExportFilter | undefined {
  if ([vendor, account, status, text].every((part) => part === undefined)) return undefined;
  return { vendors: vendor, accounts: account, statuses: status, text };
}

type Problem = ListExportsQuery['recentExports']['unavailable'][number];

export interface ListPage {
  readonly exports: readonly ListedExportFragment[];
  readonly hasMore: boolean;
  /** Accounts that could not be listed this time. */
  readonly unlisted: readonly Problem[];
  /** Accounts whose vendor has no list: only what is tracked can be shown. */
  readonly unlistable: readonly Problem[];
}

export interface ListQuestion {
  readonly access: GatewayAccess;
  readonly filter: ExportFilter | undefined;
  readonly limit: number;
  readonly io: CommandIo;
}

/** The gateway's bound for one page. */
const PAGE_SIZE = 100;

/** Reads page after page until there are enough. @throws CommandError */
export async function readList({ access, filter, limit, io }: ListQuestion): Promise<ListPage> {
  const exports: ListedExportFragment[] = [];
  const problems = new Map<string, Problem>();
  for (let after: string | null = null; ; ) {
    const page: ListExportsQuery['recentExports'] = await readPage(after);
    exports.push(...page.nodes);
    for (const problem of page.unavailable) problems.set(problem.account.key, problem);
    after = page.pageInfo.endCursor;
    if (page.pageInfo.hasNextPage && after !== null && exports.length < limit) continue;
    const all = [...problems.values()];
    return {
      exports,
      hasMore: page.pageInfo.hasNextPage,
      unlisted: all.filter((problem) => !isUnlistable(problem)),
      unlistable: all.filter(isUnlistable),
    };
  }

  async function readPage(after: string | null): Promise<ListExportsQuery['recentExports']> {
    const first = Math.min(PAGE_SIZE, limit - exports.length);
    const variables = { filter, first, after };
    return (await askGateway({ access, document: ListExportsDocument, variables, io })).recentExports;
  }
}

function isUnlistable({ code }: Problem): boolean {
  return code === 'UNSUPPORTED_BY_VENDOR';
}

/** Writes them as the options want it. */
function writeExports(
  exports: readonly ListedExportFragment[],
  { json, quiet }: Pick<ListOptions, 'json' | 'quiet'>,
  io: CommandIo,
): void {
  if (json === true) for (const each of exports) io.stdout.write(toListedJson(each));
  else if (quiet === true) for (const { id } of exports) io.stdout.write(`${toLocatorText(id)}\n`);
  else {
    const columns = toListColumns(io.clock.now());
    writeTable({ columns, fields: LIST_FIELDS, rows: exports }, io.stdout, io);
  }
}

/** The keys of a webhook's `data`, and how it is tracked. */
function toListedJson(each: ListedExportFragment): string {
  return toJsonLine({ ...toExportFields(each), tracking: each.tracking });
}

function toNotices(page: ListPage, options: ListOptions, io: CommandIo): readonly string[] {
  const { exports, hasMore, unlisted, unlistable } = page;
  const isFiltered = toFilter(options) !== undefined;
  const shown = new Set(exports.map(({ account }) => account.key));
  return [
    ...(exports.length > 0 ? [] : [isFiltered ? 'No export fits.' : 'There are no exports.']),
    ...(hasMore && isTerminal(io.stdout, io)
      ? [`There are more than these ${exports.length}: --limit says how many are shown.`]
      : []),
    ...unlisted.map(({ account, message }) =>
      toTerminalText(`${account.key} could not be listed: ${message}`),
    ),
    ...unlistable
      .filter(({ account }) => !shown.has(account.key) && !isFiltered)
      .map(({ account }) =>
        toTerminalText(`${account.key}: its vendor has no list, so that only what is tracked is shown.`),
      ),
  ];
}
