/** What the list shows: tracked exports, the newest of vendors that list theirs, and what the address names, each once. */
import {
  type AccountProblem,
  type Export,
  type ExportLocator,
  formatLocator,
  type WaybillError,
} from '@waybill/client';
import { useExports } from '@waybill/react';
import { useEffect, useMemo, useRef } from 'react';
import { useRefusals } from '../refusals.ts';
import { readLocator } from '../words/locators.ts';
import { codeOf } from '../words/problems.ts';

const ASK_AGAIN_MS = 15_000;
/** A screen shows no more of a second than this. */
const OPTIONS = { throttleMs: 100 };
const TRACKED = { tracked: {} };
const RECENT = { recent: {}, first: 50 };

export interface LiveList {
  readonly exports: readonly Export[];
  /** Nothing is known yet. */
  readonly isPending: boolean;
  /** Why the list as a whole cannot be read. */
  readonly error: WaybillError | null;
  /** Accounts that are not listed. */
  readonly unavailable: readonly AccountProblem[];
  /** Why something that the address names cannot be shown, by its words there. */
  readonly problems: ReadonlyMap<string, WaybillError>;
  /** The ids of what the address names, with the words there. */
  readonly followed: ReadonlyMap<string, string>;
  readonly fetchMore: (() => void) | undefined;
  readonly refresh: () => void;
}

export function useLiveList(names: readonly string[]): LiveList {
  const tracked = useExports(TRACKED, OPTIONS);
  const recent = useExports(RECENT, OPTIONS);
  const named = useNamed(names);
  useAskingAgain(recent.retry);

  const exports = useMemo(
    () => merge([tracked.exports, recent.exports, named.exports]),
    [tracked.exports, recent.exports, named.exports],
  );
  return {
    exports,
    isPending: exports.length === 0 && recent.status === 'pending',
    error: recent.error,
    unavailable: recent.unavailable.filter(({ code }) => code !== 'UNSUPPORTED_BY_VENDOR'),
    problems: named.problems,
    followed: named.followed,
    fetchMore: recent.fetchMore,
    refresh: recent.retry,
  };
}

interface Named {
  readonly exports: readonly Export[];
  readonly problems: ReadonlyMap<string, WaybillError>;
  readonly followed: ReadonlyMap<string, string>;
}

/** What the address names; what can be no name is not asked for, and explained beside the field. */
function useNamed(names: readonly string[]): Named {
  const wanted = names.filter((name) => 'locator' in readLocator(name));
  const { exports, errors } = useExports(wanted, OPTIONS);
  const refusals = useRefusals(wanted);
  const text = names.join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names are the same where their text is
  return useMemo(() => {
    const followed = toFollowed(names, exports);
    const known = new Set(followed.values());
    const refused = [...refusals].filter(([name]) => !known.has(name));
    return { exports, followed, problems: new Map([...refused, ...errors]) };
  }, [exports, errors, refusals, text]);
}

/** By the ids of exports, the words under which the address names them. */
function toFollowed(names: readonly string[], exports: readonly Export[]): ReadonlyMap<string, string> {
  const followed = new Map<string, string>();
  for (const name of names) {
    const read = readLocator(name);
    const shown = 'locator' in read && exports.find((each) => isNamed(each, read.locator));
    if (shown) followed.set(shown.id, name);
  }
  return followed;
}

function isNamed(shown: Export, locator: ExportLocator): boolean {
  if ('id' in locator && locator.id === shown.id) return true;
  const [own, other] = [formatLocator(shown), formatLocator(locator)].map((text) => text.split(/[@/:]/));
  // Behind the vendor, whatever stands before: an account may be left out, and a hint may stand there.
  const ids = own?.slice(2) ?? [];
  const isSame = other !== undefined && ids.every((id, index) => other.at(index - ids.length) === id);
  return isSame && other.includes(shown.vendor);
}

/** What others start at their vendors is known from lists alone. */
function useAskingAgain(ask: () => void): void {
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && latest.current(), ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
}

/** Each export once, as it was last heard of. */
export function merge(lists: readonly (readonly Export[])[]): readonly Export[] {
  const newest = new Map<string, Export>();
  for (const list of lists) {
    for (const shown of list) {
      const known = newest.get(shown.id);
      if (known === undefined || isNewer(shown, known)) newest.set(shown.id, shown);
    }
  }
  return [...newest.values()];
}

/** What has ended stays so, whatever an older answer that arrives later says. */
function isNewer(shown: Export, known: Export): boolean {
  if (shown.isTerminal !== known.isTerminal) return shown.isTerminal;
  return shown.asOf > known.asOf;
}

/** Of a name that can never be one, no more is to be heard. */
export function isHopeless(error: WaybillError): boolean {
  return !error.retryable || codeOf(error) === 'BAD_USER_INPUT';
}
