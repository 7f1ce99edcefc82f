import type { SampleFile, SampleFormat } from './sample-file.ts';
import { toCsv, toJson, toPdf, toPng, toPptx, toXlsx, toZip } from './sample-formats.ts';
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
