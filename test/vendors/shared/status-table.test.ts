import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExportOutcome, ExportStatus } from '../../../src/export/export.ts';
import type { CodedVendorId } from '../../../src/export/vendor-id.ts';
import { HI_ENERGY_STATUS, readWord } from '../../../src/vendors/hi-energy/mapping.ts';
import { POWER_BI_STATUS } from '../../../src/vendors/power-bi/mapping.ts';
import {
  readStatus,
  type StatusReading,
  type StatusTable,
  toPlainText,
  toRawStatus,
} from '../../../src/vendors/shared/status-table.ts';
import { readTalkdeskStatus, TALKDESK_STATUS } from '../../../src/vendors/talkdesk/mapping.ts';
import { readRunStatus, WEB_ADMIT_STATUS } from '../../../src/vendors/web-admit/mapping.ts';

interface VendorWords {
  readonly table: StatusTable;
  readonly read: (word: string) => StatusReading;
  /** Every documented word with what it means; a copy, so that a slip in the table shows. */
  readonly documented: Readonly<Record<string, readonly [ExportStatus, ExportOutcome?]>>;
  /** Spellings seen beside the documented ones. */
  readonly alsoSent: Readonly<Record<string, string>>;
  /** What is compared where the vendor spells its words in several ways. */
  readonly normalise: (word: string) => string;
}

const same = (word: string): string => word;

const VENDORS: Readonly<Record<CodedVendorId, VendorWords>> = {
  'power-bi': {
    table: POWER_BI_STATUS,
    read: (word) => readStatus(POWER_BI_STATUS, word),
    documented: {
      Undefined: ['UNKNOWN'],
      NotStarted: ['QUEUED'],
      Running: ['RUNNING'],
      Succeeded: ['SUCCEEDED', 'COMPLETE'],
      Failed: ['FAILED'],
    },
    alsoSent: {},
    normalise: same,
  },
  'hi-energy': {
    table: HI_ENERGY_STATUS,
    read: readWord,
    documented: {
      pending: ['QUEUED'],
      processing: ['RUNNING'],
      completed: ['SUCCEEDED', 'COMPLETE'],
      failed: ['FAILED'],
    },
    alsoSent: {},
    normalise: same,
  },
  talkdesk: {
    table: TALKDESK_STATUS,
    read: readTalkdeskStatus,
    documented: {
      created: ['QUEUED'],
      processing: ['RUNNING'],
      uploading: ['RUNNING'],
      sending: ['RUNNING'],
      done: ['SUCCEEDED', 'COMPLETE'],
      failed: ['FAILED'],
      canceled: ['CANCELED'],
      deleted: ['EXPIRED'],
      completed: ['SUCCEEDED', 'COMPLETE'],
      error: ['FAILED'],
    },
    alsoSent: { CREATED: 'created', Done: 'done', FAILED: 'failed', ' processing ': 'processing' },
    normalise: (word) => word.trim().toLowerCase(),
  },
  'web-admit': {
    table: WEB_ADMIT_STATUS,
    read: readRunStatus,
    documented: {
      Initializing: ['QUEUED'],
      Queued: ['QUEUED'],
      'In Progress': ['RUNNING'],
      Available: ['SUCCEEDED', 'COMPLETE'],
      'Success With Errors': ['SUCCEEDED', 'PARTIAL'],
      'Empty List': ['SUCCEEDED', 'EMPTY'],
      Failed: ['FAILED'],
    },
    alsoSent: {
      in_progress: 'In Progress',
      success_with_errors: 'Success With Errors',
      empty_list: 'Empty List',
      available: 'Available',
    },
    normalise: (word) =>
      word
        .trim()
        .toLowerCase()
        .replace(/[\s-]+/g, '_'),
  },
};

describe.each(Object.entries(VENDORS))('the status table of %s', (_vendor, words) => {
  const { table, read, documented, alsoSent, normalise } = words;

  it('holds the documented words and no other', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(documented).sort());
  });

  it.each(Object.entries(documented))('reads %j as %j', (word, [status, outcome]) => {
    expect(read(word)).toEqual(outcome === undefined ? { status } : { status, outcome });
  });

  it('reads the other spellings that are sent like the documented ones', () => {
    for (const [spelling, word] of Object.entries(alsoSent)) expect(read(spelling)).toEqual(read(word));
  });

  it('gives an outcome to every success and to nothing else', () => {
    for (const reading of Object.values(table))
      expect(reading.outcome !== undefined).toBe(reading.status === 'SUCCEEDED');
  });

  it.each([
    '',
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'null',
    '0',
    '100',
    'Archived',
    'succeeded!',
  ])('reads the unlisted word %j as UNKNOWN', (word) => {
    expect(read(word)).toEqual({ status: 'UNKNOWN' });
  });

  it('never invents a status', () => {
    const listed = new Set(Object.keys(documented).map(normalise));
    const near = fc
      .constantFrom(...Object.keys(documented))
      .chain((word) =>
        fc
          .tuple(fc.nat(word.length), fc.string({ maxLength: 2 }))
          .map(([at, more]) => word.slice(0, at) + more + word.slice(at)),
      );
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ unit: 'binary' }), fc.string()), (word) => {
        const { status } = read(word);

        if (!listed.has(normalise(word))) expect(status).toBe('UNKNOWN');
        else expect(status).toBe(read(word.trim()).status);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a text of a vendor', () => {
  it('is shown on one line, trimmed, without control characters', () => {
    expect(toPlainText('  In\r\nProgress\0\u0085now\u2028 ', 100)).toBe('In Progress now');
  });

  it('is cut between characters, with a sign that it was cut', () => {
    expect(toPlainText('abcdef', 6)).toBe('abcdef');
    expect(toPlainText('abcdefg', 6)).toBe('abcde…');
    expect(toPlainText('ab\u{1f600}cd', 4)).toBe('ab\ufffd…');
  });

  it('is well-formed, bounded and on one line whatever came', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.integer({ min: 1, max: 200 }),
        (text, most) => {
          const plain = toPlainText(text, most);

          expect(plain.isWellFormed()).toBe(true);
          expect(plain.length).toBeLessThanOrEqual(most);
          expect(plain).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        },
      ),
    );
  });

  it('is at most 100 characters where it is a status word', () => {
    expect(toRawStatus('x'.repeat(5_000))).toHaveLength(100);
    expect(toRawStatus('In Progress')).toBe('In Progress');
  });
});
