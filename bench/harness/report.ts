import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import type { Bench, Detail, Line, Row, RowResult } from './bench.ts';
import { type Figure, toText } from './stats.ts';

/** What the figures were taken on. */
export function readMachine({ builds, rounds, seconds }: Bench): readonly string[] {
  const node = execFileSync(builds.node, ['--version'], { encoding: 'utf8' }).trim();
  const [cpu] = cpus();
  return [
    `${new Date().toISOString().slice(0, 10)}, Node ${node}; ${cpus().length} cores of ${cpu?.model ?? 'an unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB.`,
    `Rounds: ${rounds}, each with ${seconds} s of load on every server.`,
    `Waybill at ${describeCheckout(builds.waybill)}${builds.baseline === undefined ? '' : `, before at ${describeCheckout(builds.baseline)}`}.`,
  ];
}

function describeCheckout(folder: string): string {
  try {
    return execFileSync('git', ['-C', folder, 'describe', '--always', '--dirty'], {
      encoding: 'utf8',
    }).trim();
  } catch {
    return 'an unknown commit';
  }
}

export function printRow(row: Row, { lines, details }: RowResult): void {
  for (const { title, columns, rows } of details) {
    console.log(`\n${row.number}: ${title}`);
    print([columns, ...rows]);
  }
  console.log('');
  print([['measure', 'must', 'aim', 'before', 'Waybill', ''], ...lines.map(toCells)]);
}

function print(table: readonly (readonly string[])[]): void {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((cells) => cells[column]?.length ?? 0)),
  );
  for (const cells of table)
    console.log(`  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`);
}

/** measure, must, aim, before, after, verdict */
export function toCells(line: Line): readonly string[] {
  const { measure, unit = '', must, aim, figures } = line;
  const show = (figure: Figure | undefined): string => (figure === undefined ? '' : showFigure(figure, unit));
  return [
    measure,
    must?.text ?? '',
    aim?.text ?? '',
    show(figures.baseline),
    show(figures.waybill),
    toVerdict(line),
  ];
}

function showFigure({ median, low, high }: Figure, unit: string): string {
  const spread = low === high ? '' : ` (${toText(low)} to ${toText(high)})`;
  return `${toText(median)}${unit === '' ? '' : ` ${unit}`}${spread}`;
}

function toVerdict({ must, aim, figures: { waybill } }: Line): string {
  if (waybill === undefined) return '';
  if (aim?.holds(waybill.median)) return 'aim';
  if (must === undefined) return aim === undefined ? '' : 'below the aim';
  return must.holds(waybill.median) ? 'must' : 'missed';
}

export function toMarkdown({ columns, rows }: Pick<Detail, 'columns' | 'rows'>): string {
  const toLine = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [toLine(columns), toLine(columns.map(() => '---')), ...rows.map(toLine)].join('\n');
}
