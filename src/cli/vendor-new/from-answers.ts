import type { DraftId, DraftWord, VendorDraft } from './draft.ts';
import { guessWord } from './words.ts';

/** How a key is sent, by the names that the command line takes. */
export const CREDENTIALS = {
  bearer: { 'api-key': { header: 'Authorization', prefix: 'Bearer ' } },
  header: { 'api-key': { header: 'X-Api-Key' } },
  basic: { 'api-key': { basic: 'username' } },
  'client-credentials': {
    'client-credentials': { tokenUrl: 'https://id.example.com/token', client: 'basic' },
  },
} as const satisfies Record<string, VendorDraft['credentials'][string]['value'] | object>;

export type CredentialChoice = keyof typeof CREDENTIALS;

/** What somebody says of a vendor. */
export interface Answers {
  readonly id: string;
  readonly name: string;
  readonly docs: string | null;
  readonly baseUrl: string;
  readonly credential: CredentialChoice;
  /** `/v2/jobs/{jobId}` */
  readonly path: string;
  /** Where the export stands in the answer. */
  readonly at: string;
  /** Below `at`. */
  readonly word: string;
  readonly words: readonly DraftWord[];
}

const NOTES: Readonly<Record<CredentialChoice, string | null>> = {
  bearer: null,
  header: 'the header as the vendor calls it',
  basic: 'which half is the key? username or password',
  'client-credentials': 'the vendor’s token endpoint',
};

/** A file to begin with; what was not asked is left to be written, with the line that it is likely to be. */
export function toDraftFromAnswers(answers: Answers): VendorDraft {
  const { credential, path, at, word, words } = answers;
  const left = [
    'the fields that the answer has beside its status: `status.fields` takes name, createdAt, startedAt, updatedAt, finishedAt, percent, failureCode and failureMessage.',
    'where a finished file is: `files: [{ kind: link, at: /POINTER }]`, or a `stream` or `lookup` with its request.',
    'how exports are listed, started and canceled, where the vendor has calls for that: `list`, `start`, `cancel`.',
    ...words
      .filter(({ status }) => status === null)
      .map((each) => `what the word ${JSON.stringify(each.word)} means.`),
  ];
  const value: VendorDraft['credentials'] = Object.fromEntries(
    Object.entries(CREDENTIALS[credential]).map(([type, send]) => [
      type,
      { value: send, note: NOTES[credential] },
    ]),
  );
  return {
    id: answers.id,
    name: answers.name,
    docs: answers.docs,
    baseUrl: { value: answers.baseUrl, note: null },
    settings: {},
    credentials: value,
    locator: readIds(path).map(toId),
    status: {
      request: { method: 'GET', path, query: {}, headers: {} },
      at,
      id: '/id',
      word: { value: word, note: null },
      words,
      fields: {},
      details: {},
    },
    list: null,
    start: null,
    cancel: null,
    files: [],
    errors: { code: [], message: [] },
    left,
  };
}

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const MAX_ID_LENGTH = 40;

/** What is wrong with a vendor’s id; null where nothing is. */
export function findIdProblem(id: string): string | null {
  if (ID.test(id) && id.length <= MAX_ID_LENGTH) return null;
  return `It is 1 to ${MAX_ID_LENGTH} lower-case letters, digits and hyphens, a letter first: acme-reports.`;
}

/** What is wrong with the address of an API; null where nothing is. */
export function findUrlProblem(url: string): string | null {
  return /^https:\/\/[^\s/]/.test(url) ? null : 'It begins with https://.';
}

/** The names in a path’s braces. */
export function readIds(path: string): readonly string[] {
  return [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
}

/** What is wrong with a path; null where nothing is. */
export function findPathProblem(path: string): string | null {
  const names = readIds(path);
  if (!path.startsWith('/') || /[\s?#]/.test(path))
    return 'It begins with / and has neither blanks nor a query.';
  const wrong = names.find(
    (name) => !/^[a-z][A-Za-z0-9]*$/.test(name) || name === 'id' || name === 'account',
  );
  if (wrong !== undefined) return `"{${wrong}}" is no name for an id: write one such as {jobId}.`;
  return names.length === 0 ? 'It names no export: put the ids into braces, as in /v2/jobs/{jobId}.' : null;
}

function toId(name: string): DraftId {
  const note = 'guessed: which ids does the vendor give?';
  return { name, pattern: { value: '[A-Za-z0-9_-]{1,64}', note }, isOptional: false, description: null };
}

/** Where nobody says any: words that most vendors have. */
export const USUAL_WORDS: readonly DraftWord[] = ['queued', 'running', 'completed', 'failed'].map(guessWord);
