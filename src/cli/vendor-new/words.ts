import type { ExportOutcome, ExportStatus } from '../../export/export.ts';
import type { DraftWord } from './draft.ts';

/** What words of vendors usually mean, the first that fits; compared in lower case with one blank between words. */
const MEANINGS: readonly (readonly [RegExp, ExportStatus, ExportOutcome | null])[] = [
  [/\b(cancell?ing|stopping|aborting|cancel requested|cancel pending)\b/, 'CANCELING', null],
  [/\b(cancell?ed|stopped|aborted|killed|terminated|revoked)\b/, 'CANCELED', null],
  [/\b(expired|deleted|purged|archived|removed|gone)\b/, 'EXPIRED', null],
  [/\b(partial(ly)?|with (errors?|warnings?)|incomplete)\b/, 'SUCCEEDED', 'PARTIAL'],
  [/\b(empty|no (data|results?|rows|records))\b/, 'SUCCEEDED', 'EMPTY'],
  [/\b(fail(ed|ure)?|error(ed)?|invalid|rejected|timed ?out|timeout|fatal|crashed|denied)\b/, 'FAILED', null],
  [
    /\b(not started|queued?|pending|waiting|created|new|submitted|accepted|scheduled|received|initial(ized|izing)?|enqueued)\b/,
    'QUEUED',
    null,
  ],
  [
    /\b(running|in progress|process(ing)?|working|started|active|executing|exporting|generating|building|preparing|writing|uploading)\b/,
    'RUNNING',
    null,
  ],
  [
    /\b(success(ful|fully)?|succeeded|completed?|done|finished|ready|available|processed|exported|generated|ok|closed)\b/,
    'SUCCEEDED',
    'COMPLETE',
  ],
];

/** What a vendor's word probably means; a null status where it could be anything. */
export function guessWord(word: string): DraftWord {
  const plain = word
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase();
  const found = MEANINGS.find(([pattern]) => pattern.test(plain));
  return { word, status: found?.[1] ?? null, outcome: found?.[2] ?? null };
}

const STATUSES: ReadonlySet<string> = new Set([
  'QUEUED',
  'RUNNING',
  'CANCELING',
  'SUCCEEDED',
  'FAILED',
  'CANCELED',
  'EXPIRED',
] satisfies ExportStatus[]);
const OUTCOMES: ReadonlySet<string> = new Set(['COMPLETE', 'PARTIAL', 'EMPTY'] satisfies ExportOutcome[]);

/**
 * Words as somebody types them: `queued, ready=SUCCEEDED, no_data=EMPTY`. One without a meaning is guessed.
 *
 * @returns the words, or what is wrong with one
 */
export function parseWords(text: string): readonly DraftWord[] | string {
  const words: DraftWord[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const [, word = '', meaning = ''] = /^([^=]+?)\s*(?:=\s*([A-Za-z]+))?$/.exec(part) ?? [];
    const upper = meaning.toUpperCase();
    if (word === '') return `"${part}" is no WORD or WORD=STATUS.`;
    if (meaning === '') words.push(guessWord(word));
    else if (OUTCOMES.has(upper)) words.push({ word, status: 'SUCCEEDED', outcome: upper as ExportOutcome });
    else if (STATUSES.has(upper))
      words.push({ word, status: upper as ExportStatus, outcome: upper === 'SUCCEEDED' ? 'COMPLETE' : null });
    else return `"${meaning}" is no status: those are ${[...STATUSES, ...OUTCOMES].join(', ')}.`;
  }
  return words.length === 0 ? 'Give at least one word.' : words;
}
