import { encodePng, type Rgb } from './png.ts';
import { createSampleTable, type SampleTable } from './sample-table.ts';

interface Writer {
  readonly mediaType: string;
  write(table: SampleTable): Uint8Array | Promise<Uint8Array>;
}

/** Media types as registered with IANA; read 2026-11. */
const WRITERS = {
  csv: { mediaType: 'text/csv;charset=utf-8', write: (table) => Buffer.from(toCsv(table), 'utf8') },
  json: { mediaType: 'application/json', write: (table) => Buffer.from(toJson(table), 'utf8') },
  pdf: { mediaType: 'application/pdf', write: toPdf },
  pptx: {
    mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    write: toPptx,
  },
  xlsx: {
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    write: toXlsx,
  },
  png: { mediaType: 'image/png', write: (table) => toPng(table) },
  zip: { mediaType: 'application/zip', write: toZip },
} as const satisfies Record<SampleFormat, Writer>;

/** WebAdMIT writes its CSV files like this; see its notes. */
const LATIN_1_CSV: Writer = {
  mediaType: 'text/csv;charset=iso-8859-1',
  write: (table) => Buffer.from(toCsv(table), 'latin1'),
};

const DEFAULT_ROWS = 60;

/**
 * Describes a real file of a format: one that opens in the program it is meant for. Its bytes are made when first asked
 * for, once, and are the same for the same title and rows.
 *
 * @param title - what a person would call the export; the file is named after it, without what a file name may not hold
 */
export function createSampleFile(format: SampleFormat, title: string, rows = DEFAULT_ROWS): SampleFile {
  return describeFile(WRITERS[format], format, title, rows);
}

/** A CSV file in ISO-8859-1 instead of UTF-8. */
export function createLatin1CsvFile(title: string, rows = DEFAULT_ROWS): SampleFile {
  return describeFile(LATIN_1_CSV, 'csv', title, rows);
}

function describeFile(writer: Writer, extension: string, title: string, rows: number): SampleFile {
  let made: Promise<Uint8Array> | undefined;
  return {
    name: `${toFileName(title)}.${extension}`,
    mediaType: writer.mediaType,
    bytes() {
      made ??= Promise.resolve(writer.write(createSampleTable(title, rows)));
      return made;
    },
  };
}

function toFileName(title: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go
  return title.replace(/[\u0000-\u001f\u007f/\\:*?"<>|\s]+/g, ' ').trim() || 'export';
}

/** A file that a simulated job produced; its bytes are made when first asked for. */
export interface SampleFile {
  readonly name: string;
  readonly mediaType: string;
  bytes(): Promise<Uint8Array>;
}

export type SampleFormat = 'csv' | 'json' | 'pdf' | 'pptx' | 'xlsx' | 'png' | 'zip';

/** When every sample file says it was made; a fixed instant, so that the same file always has the same bytes. */
const MADE_AT = new Date(Date.UTC(2026, 10, 1, 8, 0, 0));

/** CSV by RFC 4180: CRLF, and quotes around what needs them. */
export function toCsv(table: SampleTable): string {
  return [table.columns, ...table.rows].map((row) => `${row.map(toCsvField).join(',')}\r\n`).join('');
}

function toCsvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** JSON in the shape Talkdesk documents for a report: `{ type, version, total, entries }`. */
export function toJson(table: SampleTable): string {
  const entries = table.rows.map((row) =>
    Object.fromEntries(table.columns.map((column, index) => [toFieldName(column), row[index]])),
  );
  const type = toFieldName(table.title);
  return `${JSON.stringify({ type, version: 'v1', total: entries.length, entries }, null, 2)}\n`;
}

function toFieldName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}

export async function toPdf(table: SampleTable): Promise<Uint8Array> {
  const { default: PdfDocument } = await import('pdfkit');
  const document = new PdfDocument({
    size: 'A4',
    margin: 48,
    info: { Title: table.title, Creator: 'Waybill simulator', CreationDate: MADE_AT, ModDate: MADE_AT },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    document.on('end', resolve);
    document.on('error', reject);
  });

  document.fontSize(20).text(table.title).moveDown();
  document.fontSize(9).font('Helvetica-Bold').text(table.columns.join('   '));
  document.font('Helvetica');
  for (const row of table.rows) document.text(row.map(toOneLine).join('   '));
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

export async function toPptx(table: SampleTable): Promise<Uint8Array> {
  const { default: pptxgen } = await import('pptxgenjs');
  // The type of the default export is a class only where it is called `PptxGenJS`; at run time it is one here too.
  const presentation = new (pptxgen as unknown as typeof pptxgen.default)();
  presentation.title = table.title;
  presentation.author = 'Waybill simulator';
  presentation.addSlide().addText(table.title, { x: 0.5, y: 2, w: 9, h: 1.2, fontSize: 36, bold: true });
  const rowsPerSlide = 12;
  for (let start = 0; start < table.rows.length; start += rowsPerSlide) {
    const rows = [table.columns, ...table.rows.slice(start, start + rowsPerSlide)];
    presentation.addSlide().addTable(
      rows.map((row) => row.map((value) => ({ text: toOneLine(value) }))),
      { x: 0.4, y: 0.3, w: 9.2, fontSize: 9 },
    );
  }
  return settleZip((await presentation.write({ outputType: 'uint8array' })) as Uint8Array);
}

export async function toXlsx(table: SampleTable): Promise<Uint8Array> {
  const { default: writeXlsxFile } = await import('write-excel-file/node');
  const header = table.columns.map((value) => ({ value, fontWeight: 'bold' as const }));
  const rows = table.rows.map((row) => row.map((value) => ({ value })));
  const buffer = await writeXlsxFile([header, ...rows], { sheet: 'Export' }).toBuffer();
  return settleZip(buffer);
}

/** A bar chart of the table's first number column; `shift` tells one page from the next. */
export function toPng(table: SampleTable, shift = 0): Uint8Array {
  const column = table.rows[0]?.findIndex((value) => typeof value === 'number') ?? -1;
  const values = table.rows.slice(0, 24).map((row) => Number(row[column] ?? 0));
  const most = Math.max(1, ...values);
  const bar: Rgb = [40 + 60 * (shift % 3), 90, 160];
  const [width, height] = [480, 270];
  return encodePng(width, height, (x, y) => {
    const value = values[Math.floor((x / width) * Math.max(1, values.length))] ?? 0;
    const isBar = height - y < (value / most) * (height - 20);
    return isBar && x % 20 > 3 ? bar : [250, 250, 252];
  });
}

/** Several pages as pictures, the way Power BI hands out a report of several pages exported as PNG. */
export async function toZip(table: SampleTable): Promise<Uint8Array> {
  const { zipSync } = await import('fflate');
  const pages = [1, 2, 3].map((page) => [`${table.title} - page ${page}.png`, toPng(table, page)] as const);
  return zipSync(Object.fromEntries(pages), { mtime: MADE_AT, level: 0 });
}

/**
 * Writes an Office file anew with fixed dates: its makers write the present moment into it, and the same file must have the
 * same bytes whenever it is made.
 */
async function settleZip(bytes: Uint8Array): Promise<Uint8Array> {
  const { strFromU8, strToU8, unzipSync, zipSync } = await import('fflate');
  const parts = unzipSync(bytes);
  const properties = parts['docProps/core.xml'];
  if (properties !== undefined) {
    const settled = strFromU8(properties).replace(
      /(<dcterms:(?:created|modified)[^>]*>)[^<]*/g,
      `$1${MADE_AT.toISOString().replace('.000', '')}`,
    );
    parts['docProps/core.xml'] = strToU8(settled);
  }
  // Folders need no entry of their own, and readers that only glance at a file expect the list of types first.
  const files = Object.entries(parts).filter(([name]) => !name.endsWith('/'));
  files.sort(([a], [b]) => Number(b === '[Content_Types].xml') - Number(a === '[Content_Types].xml'));
  return zipSync(Object.fromEntries(files), { mtime: MADE_AT });
}

function toOneLine(value: string | number): string {
  return String(value).replaceAll('\n', ' ');
}
