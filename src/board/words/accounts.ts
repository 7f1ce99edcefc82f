/** How an account stands, in words. */
import { toWait } from '../time.ts';

export interface AccountStanding {
  readonly tone: 'good' | 'warning' | 'bad';
  /** Two or three words. */
  readonly text: string;
  /** What is wrong and what comes of it; null where nothing is. */
  readonly explanation: string | null;
}

export interface AccountState {
  readonly state: string;
  readonly lastError: string | null;
  readonly throttledUntil: Date | null;
}

const ASK_OPERATOR = 'Whoever runs this gateway has to mend that.';
const WORDS: Readonly<Record<string, Omit<AccountStanding, 'tone'>>> = {
  VENDOR_UNAUTHENTICATED: {
    text: 'credential refused',
    explanation: `The vendor refuses the credential of this account: nothing of it can be read, started or downloaded until it is renewed. ${ASK_OPERATOR}`,
  },
  VENDOR_FORBIDDEN: {
    text: 'not allowed in',
    explanation: `The vendor knows this account, but does not let it read exports. ${ASK_OPERATOR}`,
  },
  VENDOR_TIMEOUT: {
    text: 'not answering',
    explanation: 'The vendor does not answer in time. Asking goes on by itself.',
  },
  VENDOR_UNAVAILABLE: {
    text: 'not reachable',
    explanation: 'The vendor cannot be reached, or is in trouble itself. Asking goes on by itself.',
  },
  VENDOR_BAD_RESPONSE: {
    text: 'answers not readable',
    explanation: 'The vendor’s answers make no sense. Asking goes on by itself.',
  },
};

const TROUBLE = {
  text: 'in trouble',
  explanation: 'The last call to the vendor failed. Asking goes on by itself.',
};

export function accountStanding(account: AccountState, now: number): AccountStanding {
  const { state, lastError, throttledUntil } = account;
  const refused = lastError === 'VENDOR_UNAUTHENTICATED' || lastError === 'VENDOR_FORBIDDEN';
  if (refused) return { tone: 'bad', ...(WORDS[lastError] ?? TROUBLE) };
  if (state === 'HEALTHY') return { tone: 'good', text: 'answering', explanation: null };
  const waitMs = (throttledUntil?.getTime() ?? 0) - now;
  if (state === 'THROTTLED' || lastError === 'VENDOR_RATE_LIMITED') {
    const until = waitMs > 0 ? ` for another ${toWait(waitMs)}` : '';
    return {
      tone: 'warning',
      text: 'asked to wait',
      explanation: `The vendor has had enough questions and asks us to wait${until}. What is shown of it is older meanwhile.`,
    };
  }
  // An export that is not there says nothing about the account.
  if (lastError === 'EXPORT_NOT_FOUND' || lastError === 'UNSUPPORTED_BY_VENDOR')
    return { tone: 'good', text: 'answering', explanation: null };
  const words = (lastError !== null && Object.hasOwn(WORDS, lastError) && WORDS[lastError]) || TROUBLE;
  return { tone: state === 'UNAVAILABLE' ? 'bad' : 'warning', ...words };
}
