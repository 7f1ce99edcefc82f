/** What a sample file shows: the same rows for the same title, whatever the format. */
export interface SampleTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

const FIRST_NAMES = ['Amélie', 'Jonas', 'Priya', 'Björn', 'Chloë', 'Mateo', 'Zoë', 'Ingrid', 'Noah', 'Åsa'];
const LAST_NAMES = [
  'Okafor',
  'Lindström',
  'García',
  "O'Neill",
  'Müller',
  'Novak',
  'Tanaka',
  'Dubois',
  'Rossi',
];
const REGIONS = ['North', 'South', 'East', 'West', 'Central'];
// Quotes, commas and a line break on purpose: a reader that splits at commas shows it at once.
const NOTES = [
  '',
  'repeat customer',
  'asked for a quote, then "maybe"',
  'first line\nsecond line',
  'à suivre',
];

interface Theme {
  /** Words in a title that call for this table. */
  readonly words: RegExp;
  readonly columns: readonly string[];
  row(index: number): readonly (string | number)[];
}

const SALES: Theme = {
  words: /./,
  columns: ['Date', 'Region', 'Owner', 'Orders', 'Revenue EUR', 'Note'],
  row: (index) => [
    toDay(index),
    pick(REGIONS, index),
    toPerson(index),
    spread(index, 90) + 3,
    toAmount(index, 250_000),
    pick(NOTES, index),
  ],
};

const THEMES: readonly Theme[] = [
  {
    words: /call|agent|ring|contact|user.?status|studio/i,
    columns: ['Start', 'Direction', 'Agent', 'Talk time s', 'Waiting time s', 'Note'],
    row: (index) => [
      `${toDay(index)}T${pad(8 + (index % 10))}:${pad(spread(index, 60))}:00Z`,
      index % 3 === 0 ? 'outbound' : 'inbound',
      toPerson(index),
      spread(index, 1_400),
      spread(index + 5, 120),
      pick(NOTES, index),
    ],
  },
  {
    words: /applica|admi[st]|candidate|student|enrol/i,
    columns: ['Applicant', 'Received', 'Program', 'Grade average', 'Decision', 'Note'],
    row: (index) => [
      toPerson(index),
      toDay(index),
      pick(['Nursing', 'Pharmacy', 'Public Health', 'Physiotherapy'], index),
      (200 + spread(index, 200)) / 100,
      pick(['pending', 'offer', 'waiting list', 'declined'], index),
      pick(NOTES, index),
    ],
  },
  {
    words: /advertis|deal|click|campaign/i,
    columns: ['Advertiser', 'Network', 'Commission %', 'Clicks', 'Revenue USD', 'Note'],
    row: (index) => [
      `${pick(LAST_NAMES, index)} ${pick(['Outdoor', 'Home', 'Travel', 'Beauty'], index)}, Inc.`,
      pick(['Impact', 'Awin', 'CJ', 'Rakuten'], index),
      (spread(index, 150) + 10) / 10,
      spread(index, 9_000),
      toAmount(index, 80_000),
      pick(NOTES, index),
    ],
  },
];

/** A plausible table for a title; always the same one for the same title and number of rows. */
export function createSampleTable(title: string, rowCount: number): SampleTable {
  const theme = THEMES.find(({ words }) => words.test(title)) ?? SALES;
  return {
    title,
    columns: theme.columns,
    rows: Array.from({ length: rowCount }, (_, index) => theme.row(index)),
  };
}

/** Spreads neighbouring rows over `0 … below - 1` without any chance in it (multiplicative hashing). */
function spread(index: number, below: number): number {
  return (Math.imul(index + 1, 0x9e3779b1) >>> 8) % below;
}

function pick(list: readonly string[], index: number): string {
  return list[spread(index, list.length)] ?? '';
}

function toPerson(index: number): string {
  return `${pick(FIRST_NAMES, index)} ${pick(LAST_NAMES, index + 3)}`;
}

function toDay(index: number): string {
  return new Date(Date.UTC(2026, 9, 1) + index * 86_400_000).toISOString().slice(0, 10);
}

function toAmount(index: number, below: number): number {
  return spread(index, below) + spread(index + 7, 100) / 100;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
