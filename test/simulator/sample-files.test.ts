import { inflateSync } from 'node:zlib';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { createLatin1CsvFile, createSampleFile, type SampleFormat } from '../../simulator/sample-files.ts';

const FORMATS: readonly SampleFormat[] = ['csv', 'json', 'pdf', 'pptx', 'xlsx', 'png', 'zip'];

describe('a sample file', () => {
  it.each(FORMATS)('is the same %s every time it is made', async (format) => {
    const first = await createSampleFile(format, 'Regional sales').bytes();
    const second = await createSampleFile(format, 'Regional sales').bytes();

    expect(Buffer.from(first).equals(Buffer.from(second))).toBe(true);
  });

  it.each(FORMATS)('makes its %s bytes once', async (format) => {
    const file = createSampleFile(format, 'Regional sales');

    expect(await file.bytes()).toBe(await file.bytes());
  });

  it('is named after its title, without what a file name may not hold', () => {
    expect(createSampleFile('pdf', 'Q3/Q4: "best"\u0000 of').name).toBe('Q3 Q4 best of.pdf');
    expect(createSampleFile('pdf', '///').name).toBe('export.pdf');
  });

  it('differs by title', async () => {
    const calls = await createSampleFile('csv', 'Calls').bytes();
    const deals = await createSampleFile('csv', 'Deals').bytes();

    expect(Buffer.from(calls).equals(Buffer.from(deals))).toBe(false);
  });
});

describe('CSV', () => {
  it('has as many fields in each record, quotes, commas and line breaks inside them', async () => {
    const records = parseCsv(Buffer.from(await createSampleFile('csv', 'Sales', 40).bytes()).toString());

    expect(records).toHaveLength(41);
    expect(new Set(records.map((record) => record.length))).toEqual(new Set([6]));
    expect(records.map((record) => record[5])).toContain('asked for a quote, then "maybe"');
    expect(records.map((record) => record[5])).toContain('first line\nsecond line');
  });

  it('is written in ISO-8859-1 when asked for', async () => {
    const file = createLatin1CsvFile('Applicants', 40);
    const bytes = Buffer.from(await file.bytes());

    expect(file.mediaType).toBe('text/csv;charset=iso-8859-1');
    expect(bytes.toString('latin1')).toContain('à suivre');
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
  });
});

describe('JSON', () => {
  it('holds as many entries as it says', async () => {
    const report = JSON.parse(Buffer.from(await createSampleFile('json', 'Calls', 7).bytes()).toString());

    expect(report).toMatchObject({ type: 'calls', version: 'v1', total: 7 });
    expect(report.entries).toHaveLength(7);
    expect(Object.keys(report.entries[0])).toContain('talk_time_s');
  });
});

describe('PDF', () => {
  it('has a header, a page tree that its cross-reference table finds, and an end', async () => {
    const text = Buffer.from(await createSampleFile('pdf', 'Sales').bytes()).toString('latin1');
    const tableAt = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(text)?.[1]);

    expect(text).toMatch(/^%PDF-1\.\d/);
    expect(text.slice(tableAt, tableAt + 4)).toBe('xref');
    expect(text).toContain('/Type /Pages');
  });
});

describe('Office files', () => {
  it('XLSX has its sheet with the header and the right number of rows', async () => {
    const parts = unzipSync(await createSampleFile('xlsx', 'Deals', 12).bytes());
    const sheet = readPart(parts, 'xl/worksheets/sheet1.xml');

    expect(Object.keys(parts)[0]).toBe('[Content_Types].xml');
    expect(sheet.match(/<row /g)).toHaveLength(13);
    expect(readPart(parts, 'xl/workbook.xml')).toContain('name="Export"');
    expect(
      Object.values(parts)
        .map((part) => strFromU8(part))
        .join(),
    ).toContain('Advertiser');
  });

  it('PPTX has a title slide and one slide per twelve rows, each listed as a part', async () => {
    const parts = unzipSync(await createSampleFile('pptx', 'Regional sales', 30).bytes());
    const slides = Object.keys(parts).filter((name) => /^ppt\/slides\/slide\d+\.xml$/.test(name));
    const types = readPart(parts, '[Content_Types].xml');

    expect(slides).toHaveLength(4);
    for (const slide of slides) expect(types).toContain(`/${slide}`);
    expect(readPart(parts, 'ppt/slides/slide1.xml')).toContain('Regional sales');
    expect(readPart(parts, 'ppt/presentation.xml')).toContain('<p:sldIdLst>');
  });
});

describe('pictures', () => {
  it('PNG has its parts in order and as many bytes of pixels as its size needs', async () => {
    const chunks = readPng(Buffer.from(await createSampleFile('png', 'Sales').bytes()));
    const [width, height] = [chunks.get('IHDR')?.readUInt32BE(0), chunks.get('IHDR')?.readUInt32BE(4)];

    expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
    expect([width, height]).toEqual([480, 270]);
    expect(inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))).toHaveLength(270 * (1 + 480 * 3));
  });

  it('ZIP holds three pages that are pictures', async () => {
    const pages = unzipSync(await createSampleFile('zip', 'Sales').bytes());

    expect(Object.keys(pages)).toEqual(['Sales - page 1.png', 'Sales - page 2.png', 'Sales - page 3.png']);
    for (const page of Object.values(pages)) expect(readPng(Buffer.from(page)).has('IEND')).toBe(true);
  });
});

function readPart(parts: Readonly<Record<string, Uint8Array>>, name: string): string {
  const part = parts[name];
  if (part === undefined) throw new Error(`There is no part ${name}.`);
  return strFromU8(part);
}

/** A strict reader of RFC 4180, written from the grammar and not from the writer. */
function parseCsv(text: string): string[][] {
  const record = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  const records: string[][] = [];
  let fields: string[] = [];
  while (record.lastIndex < text.length) {
    const at = record.lastIndex;
    const match = record.exec(text);
    if (match === null) throw new Error(`No CSV at ${at}: ${text.slice(at, at + 20)}`);
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    records.push(fields);
    fields = [];
  }
  return records;
}

function readPng(bytes: Buffer): ReadonlyMap<string, Buffer> {
  expect(bytes.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const length = bytes.readUInt32BE(at);
    chunks.set(bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length));
  }
  return chunks;
}
