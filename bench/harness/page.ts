import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Detail, Row, RowResult } from './bench.ts';
import { type Chart, drawChart } from './chart.ts';
import { toCells, toMarkdown } from './report.ts';

/** What is kept of a row, so that rows can be measured in several runs and still stand on one page. */
interface KeptRow {
  readonly number: number;
  readonly title: string;
  readonly machine: readonly string[];
  readonly cells: readonly (readonly string[])[];
  readonly charts: readonly Chart[];
  readonly details: readonly Detail[];
}

export interface PageSettings {
  /** Holds performance.md; the chart goes to images/ in it. */
  readonly folder: string;
  /** Where rows are kept between runs. */
  readonly kept: string;
  /** `v20.20.2`: a table for each major version. */
  readonly nodeVersion: string;
  readonly machine: readonly string[];
  readonly row: Row;
  readonly result: RowResult;
}

/** The version whose figures are drawn. */
const CHART_OF = '20';

/** Keeps what a row has measured, and writes the table of this version of Node into the page, and the chart. */
export function writePage({ folder, kept, nodeVersion, machine, row, result }: PageSettings): void {
  const major = /^v(\d+)/.exec(nodeVersion)?.[1] ?? '';
  const file = join(kept, `node-${major}.json`);
  const rows = new Map<number, KeptRow>(
    existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as KeptRow[]).map((one) => [one.number, one])
      : [],
  );
  rows.set(row.number, keep(row, result, machine));
  const sorted = [...rows.values()].sort((one, other) => one.number - other.number);
  mkdirSync(kept, { recursive: true });
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);

  writeBetween(join(folder, 'performance.md'), `node-${major}`, toSection(nodeVersion, sorted));
  const charts = sorted.flatMap((one) => one.charts);
  if (major !== CHART_OF || charts.length === 0) return;
  const image = join(folder, 'images/performance.svg');
  mkdirSync(dirname(image), { recursive: true });
  writeFileSync(image, drawChart(charts));
}

function keep({ number, title }: Row, { lines, details }: RowResult, machine: readonly string[]): KeptRow {
  return {
    number,
    title,
    machine,
    cells: lines.map(toCells),
    charts: lines.flatMap(({ measure, bars }) =>
      bars === undefined ? [] : [{ title: measure.replace(/ ÷ bare limit$/, ''), bars }],
    ),
    details,
  };
}

function toSection(nodeVersion: string, rows: readonly KeptRow[]): string {
  const table = toMarkdown({
    columns: ['#', 'measure', 'must', 'aim', 'before', 'Waybill', 'kept'],
    rows: rows.flatMap(({ number, cells }) => cells.map((line) => [String(number), ...line])),
  });
  const machines = new Map<string, number[]>();
  for (const { number, machine } of rows) {
    const text = machine.join(' ');
    machines.set(text, [...(machines.get(text) ?? []), number]);
  }
  const taken = [...machines].map(([text, numbers]) => `- rows ${numbers.join(', ')}: ${text}`);
  const details = rows.map(({ number, title, details: tables }) => {
    const texts = tables.map((detail) => `${detail.title}:\n\n${toMarkdown(detail)}`);
    return `<details><summary>${number}. ${title}</summary>\n\n${texts.join('\n\n')}\n\n</details>`;
  });
  return [`### Node ${nodeVersion}`, table, taken.join('\n'), ...details].join('\n\n');
}

function writeBetween(file: string, name: string, text: string): void {
  const page = readFileSync(file, 'utf8');
  const start = `<!-- bench ${name} -->`;
  const end = `<!-- /bench ${name} -->`;
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from === -1 || to < from)
    throw new Error(`${file} has no place for this table: add ${start} and ${end}.`);
  writeFileSync(file, `${page.slice(0, from + start.length)}\n\n${text}\n\n${page.slice(to)}`);
}
