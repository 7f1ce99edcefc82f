import type { CommandIo, OutputStream } from '../io.ts';
import { isTerminal } from './display.ts';
import { createPaint, type Paint, type Style } from './paint.ts';
import { toWidth, widthOf } from './terminal-text.ts';

/** A column of a table. All text is safe for a terminal. */
export interface Column<Row> {
  /** What stands above it. */
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly style?: (row: Row) => Style | undefined;
  /** How far it may be shortened, in columns of the terminal; left out, it is whole or not there at all. */
  readonly least?: number;
  /** Where there is no room, the highest goes first; left out, it stays. */
  readonly dropped?: number;
  /** The last column, whole: a row whose text does not fit beside the others has it on a line of its own. */
  readonly isWhole?: boolean;
}

const GAP = '  ';
const GAP_WIDTH = GAP.length;

/** A field of a line for programs. */
export type Field<Row> = Pick<Column<Row>, 'text' | 'style'>;

/** What is shown of each row, and to whom. */
export interface TableOptions<Row> {
  /** On a terminal. */
  readonly columns: readonly Column<Row>[];
  /** Elsewhere. */
  readonly fields: readonly Field<Row>[];
  readonly rows: readonly Row[];
}

/** Writes a table that fits the terminal, else lines for programs: fields divided by tabs, whole, without titles. */
export function writeTable<Row>(
  { columns, fields, rows }: TableOptions<Row>,
  stream: OutputStream,
  io: CommandIo,
): void {
  const paint = createPaint(stream, io);
  const lines = isTerminal(stream, io)
    ? toTable(columns, rows, stream.columns ?? 80, paint)
    : rows.map((row) => toFieldsLine(fields, row, paint));
  for (const line of lines) stream.write(`${line}\n`);
}

/** A row as one line for programs. */
export function toFieldsLine<Row>(fields: readonly Field<Row>[], row: Row, paint: Paint): string {
  return fields.map(({ text, style }) => paint(text(row), style?.(row))).join('\t');
}

/**
 * A table in `width` columns: none of its lines is longer, but for one that a whole text has to itself. Columns that are empty in
 * every row are left out.
 */
export function toTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  paint: Paint,
): readonly string[] {
  if (rows.length === 0) return [];
  const whole = columns.find(({ isWhole }) => isWhole);
  const others = columns
    .filter((column) => column !== whole && rows.some((row) => column.text(row) !== ''))
    .map((column) => measureColumn(column, rows));
  const wholeWidth = whole === undefined ? 0 : toWholeWidth(whole, rows, width - widthOfAll(others, 'least'));
  const fitted = arrange(others, wholeWidth === 0 ? width : width - wholeWidth - GAP_WIDTH);

  const titles = fitted.map((column) => toWidth(column.title, column.width));
  const head = [...titles, ...(whole === undefined || wholeWidth === 0 ? [] : [whole.title])];
  return [
    paint(toWidth(head.join(GAP), width).trimEnd(), 'bold'),
    ...rows.flatMap((row) => {
      const cells = fitted.map((column) => toCell(column, row, paint));
      if (whole === undefined) return [cells.join(GAP).trimEnd()];
      const text = paint(whole.text(row), whole.style?.(row));
      if (widthOf(whole.text(row)) <= wholeWidth) return [[...cells, text].join(GAP).trimEnd()];
      return [cells.join(GAP).trimEnd(), `${GAP}${text}`];
    }),
  ];
}

interface MeasuredColumn<Row> extends Column<Row> {
  readonly least: number;
  readonly width: number;
}

function measureColumn<Row>(column: Column<Row>, rows: readonly Row[]): MeasuredColumn<Row> {
  const width = Math.max(widthOf(column.title), ...rows.map((row) => widthOf(column.text(row))));
  return { ...column, width, least: Math.min(width, column.least ?? width) };
}

/** How wide the column is for texts that are never cut: the widest of those that have room beside the others. */
function toWholeWidth<Row>(column: Column<Row>, rows: readonly Row[], room: number): number {
  const widths = rows.map((row) => widthOf(column.text(row)));
  return Math.max(0, ...widths.filter((width) => width <= room - GAP_WIDTH));
}

function widthOfAll<Row>(columns: readonly MeasuredColumn<Row>[], which: 'least' | 'width'): number {
  return columns.reduce((sum, column) => sum + column[which], (columns.length - 1) * GAP_WIDTH);
}

/** Leaves out what there is no room for, then gives the columns, from left to right, what they would like. */
function arrange<Row>(
  columns: readonly MeasuredColumn<Row>[],
  width: number,
): readonly MeasuredColumn<Row>[] {
  let kept = columns;
  while (widthOfAll(kept, 'least') > width) {
    const [next] = kept
      .filter(({ dropped }) => dropped !== undefined)
      .sort((left, right) => (right.dropped ?? 0) - (left.dropped ?? 0));
    if (next === undefined) break;
    kept = kept.filter((column) => column !== next);
  }
  let spare = width - widthOfAll(kept, 'least');
  return kept.map((column) => {
    const more = Math.max(0, Math.min(column.width - column.least, spare));
    spare -= more;
    return { ...column, width: column.least + more };
  });
}

function toCell<Row>(column: MeasuredColumn<Row>, row: Row, paint: Paint): string {
  const text = toWidth(column.text(row), column.width);
  const bare = text.trimEnd();
  return paint(bare, column.style?.(row)) + text.slice(bare.length);
}
