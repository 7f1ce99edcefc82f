import { LRUCache } from 'lru-cache';
import { VendorError } from '../../export/errors.ts';
import { type ExportFailure, type ExportKey, type ExportStatus, isTerminal } from '../../export/export.ts';
import { CALL_TIMEOUTS } from '../../http/client.ts';
import type { AccountClient, CallOptions } from '../../http/types.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { FurtherRule, VendorDeclaration } from '../../vendor-file/declaration.ts';
import { toFurtherVendor } from '../../vendor-file/further.ts';
import type { ErrorReader } from './errors.ts';
import { lastIdOf } from './grammar.ts';
import {
  type AnswerFacts,
  compileMapping,
  type MappingContext,
  type Snapshot,
  type ToSnapshot,
  toSingleFacts,
  toUnexplained,
} from './mapping.ts';
import { compileRequest, toRead } from './request.ts';
import { compileStatus, type FoundExport, type StatusReader } from './status.ts';
import type { SettingValues } from './template.ts';

/** One export as its own call told of it. */
export interface ReadExport {
  readonly found: FoundExport;
  readonly facts: AnswerFacts;
  readonly snapshot: Snapshot;
}

/** The further call of one account: what it tells goes beside what the status call has told. */
export interface Further {
  /** True where the status answer leaves open what the further call tells. */
  isNeeded(found: FoundExport, snapshot: Snapshot): boolean;
  /** Both calls share the time of one. */
  toShared(options: CallOptions | undefined): CallOptions;
  /** The export with what the further call tells; as it was where that fails. @throws the signal's reason */
  complete(key: ExportKey, answer: ReadExport, options: CallOptions): Promise<ReadExport>;
}

/** The same for all accounts. */
export interface CompiledFurther {
  readonly rule: FurtherRule;
  readonly declaration: VendorDeclaration;
  readonly status: StatusReader;
  readonly toSnapshot: ToSnapshot;
  /** Whether a word of the status answer is one of those that it is asked at. */
  readonly isOpen: (word: string) => boolean;
  /** Whether the file lists one of its words, as UNKNOWN or otherwise. */
  readonly isListed: (word: string) => boolean;
}

export interface FurtherParts {
  readonly http: AccountClient;
  readonly clock: Clock;
  readonly settings: SettingValues;
  readonly context: MappingContext;
  /** How the status answer is read. */
  readonly toFirst: ToSnapshot;
  readonly stallAfterMs: number;
  /** Of one request. */
  readonly timeoutMs: number;
  /** Told why the call failed. */
  readonly onFailure: (code: string) => void;
}

/** What the further call has told of an export in this state; null where the vendor does not tell it. */
interface Kept {
  readonly word: string;
  readonly status: ExportStatus;
  readonly askedAt: number;
  readonly told: Snapshot | null;
}

const ASKED = 'what else there is to an export';
/** Exports of which it is remembered what was told: others are asked about once more. */
const MAX_KEPT = 1_000;

/** Compiles `status.further`; null where the file has none. */
export function compileFurther(declaration: VendorDeclaration, errors: ErrorReader): CompiledFurther | null {
  const { further, caseless } = declaration.status;
  const own = toFurtherVendor(declaration);
  if (own === null || further === null || further === undefined) return null;
  return {
    rule: further,
    declaration,
    status: compileStatus(own, errors),
    toSnapshot: compileMapping(own),
    isOpen: compileWordSet(further.when.words, caseless),
    isListed: compileWordSet(Object.keys(further.words), caseless),
  };
}

function compileWordSet(words: readonly string[], isCaseless: boolean): (word: string) => boolean {
  const spell = isCaseless ? (word: string) => word.toLowerCase() : (word: string) => word;
  const spelt = new Set(words.map(spell));
  return (word) => spelt.has(spell(word));
}

export function openFurther(
  { rule, declaration, status, toSnapshot, isOpen, isListed }: CompiledFurther,
  { http, clock, settings, context, toFirst, stallAfterMs, timeoutMs, onFailure }: FurtherParts,
): Further {
  const fill = compileRequest(rule.request, declaration, settings);
  const lastId = lastIdOf(declaration);
  const unexplained = toUnexplained(declaration.name);
  // Files stand in the status answer.
  const ownContext: MappingContext = { ...context, describeFiles: () => null };
  const kept = new LRUCache<string, Kept>({ maxSize: MAX_KEPT, sizeCalculation: () => 1 });

  function isStalled({ status: state, createdAt, startedAt, updatedAt, observedAt }: Snapshot): boolean {
    const changedAt = Math.max(createdAt ?? 0, startedAt ?? 0, updatedAt ?? 0);
    return !isTerminal(state) && changedAt > 0 && observedAt - changedAt >= stallAfterMs;
  }

  /** Null where the vendor does not tell it, undefined where it may at another time. */
  async function ask(
    key: ExportKey,
    { status: state, outcome }: Snapshot,
    options: CallOptions,
  ): Promise<Snapshot | null | undefined> {
    const request = fill({ ids: key.ids });
    if (request === undefined) return null;
    try {
      return await http.send(toRead(request), options, (response) => {
        const found = status.read(http, response, ASKED, key.ids[lastId]);
        if (!isListed(found.word)) context.misfit('status.further.word');
        return toSnapshot(key, found, toSingleFacts(response), ownContext, (own) =>
          isTerminal(own.status) ? own : { status: state, outcome },
        );
      });
    } catch (error) {
      options.signal?.throwIfAborted();
      const isKnown = error instanceof VendorError;
      onFailure(isKnown ? error.code : 'VENDOR_BAD_RESPONSE');
      return isKnown && !error.isRetryable ? null : undefined;
    }
  }

  /** What was told of an export in this state is not asked for again before one that stands still would count as stalled. */
  async function recall(
    key: ExportKey,
    { found: { word }, snapshot }: ReadExport,
    options: CallOptions,
  ): Promise<Snapshot | null> {
    const known = kept.get(key.id);
    const isSame = known?.word === word && known.status === snapshot.status;
    if (known !== undefined && isSame && snapshot.observedAt - known.askedAt < stallAfterMs)
      return known.told;
    const told = await ask(key, snapshot, options);
    if (told === undefined) return null;
    kept.set(key.id, { word, status: snapshot.status, askedAt: snapshot.observedAt, told });
    return told;
  }

  return {
    isNeeded: ({ word }, snapshot) => isOpen(word) || (rule.when.isStalled && isStalled(snapshot)),
    toShared: (options) => ({
      ...options,
      endsAt: options?.endsAt ?? clock.now() + CALL_TIMEOUTS * timeoutMs,
    }),
    async complete(key, answer, options) {
      const told = await recall(key, answer, options);
      if (told === null) return answer;
      const { found, facts, snapshot } = answer;
      const isDecided = told.status !== snapshot.status;
      const first = isDecided ? toFirst(key, found, facts, context, () => told) : snapshot;
      return { ...answer, snapshot: fillIn(first, told, isDecided, unexplained) };
    },
  };
}

/** What the first answer says stays; what it lacks is told by the other. @param isDecided - the other one's word has decided the status */
function fillIn(first: Snapshot, told: Snapshot, isDecided: boolean, unexplained: string): Snapshot {
  return {
    ...first,
    name: first.name ?? told.name,
    rawStatus: isDecided ? told.rawStatus : first.rawStatus,
    outcome: first.outcome === 'COMPLETE' ? told.outcome : first.outcome,
    failure: fillInFailure(first.failure, told.failure, unexplained),
    progress: first.progress ?? told.progress,
    createdAt: first.createdAt ?? told.createdAt,
    startedAt: first.startedAt ?? told.startedAt,
    updatedAt: first.updatedAt ?? told.updatedAt,
    finishedAt: first.finishedAt ?? told.finishedAt,
    details: { ...first.details, ...told.details },
  };
}

function fillInFailure(
  first: ExportFailure | null,
  told: ExportFailure | null,
  unexplained: string,
): ExportFailure | null {
  if (first === null || told === null) return first;
  return {
    ...first,
    code: first.code ?? told.code,
    message: first.message === unexplained ? told.message : first.message,
    isRetryable: first.isRetryable || told.isRetryable,
  };
}
