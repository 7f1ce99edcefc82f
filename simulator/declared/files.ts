import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { FileRule, VendorDeclaration } from '../../src/vendor-file/declaration.ts';
import { createSampleFile, type SampleFile, type SampleFormat } from '../sample-files.ts';
import type { FileStore } from '../simulator.ts';
import type { ToldFile } from './export-body.ts';
import type { DeclaredJob } from './jobs.ts';
import type { Ending } from './words.ts';

/** Below the mount: files that a link with the credential leads to. */
export const HELD_FILES = '/_held-files';

const ROWS = 60;
const USUAL_LIFE_MS = 900_000;

/** The file of a job: a real one of the format that its vendor's file names. */
export function createJobFile({ files }: VendorDeclaration, title: string, ends: Ending): SampleFile {
  const extension = toExtension(files[0]);
  const plain = extension.replace(/\.gz$/, '');
  const rows = ends === 'empty' ? 0 : ROWS;
  const isLines = plain === 'jsonl' || plain === 'ndjson';
  const sample = isLines ? createLines(title, rows) : createSampleFile(FORMATS[plain] ?? 'csv', title, rows);
  const name = extension === '' ? sample.name : sample.name.replace(/\.[^.]*$/, `.${extension}`);
  if (!extension.endsWith('gz')) return { ...sample, name };
  return { name, mediaType: 'application/gzip', bytes: async () => gzipSync(await sample.bytes()) };
}

/** JSON Lines: a row, a line. */
function createLines(title: string, rows: number): SampleFile {
  const json = createSampleFile('json', title, rows);
  return {
    name: `${json.name}l`,
    mediaType: 'application/x-ndjson',
    async bytes() {
      const { entries }: { entries: readonly object[] } = JSON.parse(
        Buffer.from(await json.bytes()).toString('utf8'),
      );
      return Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), 'utf8');
    },
  };
}

const FORMATS: Readonly<Record<string, SampleFormat | undefined>> = {
  csv: 'csv',
  json: 'json',
  pdf: 'pdf',
  xlsx: 'xlsx',
  zip: 'zip',
};

/** What a fixed name ends in: `csv`, `csv.gz`; empty where the file fixes none. */
function toExtension(rule: FileRule | undefined): string {
  if (rule?.name === null || rule?.name === undefined || !('template' in rule.name)) return '';
  const last = rule.name.template.at(-1);
  const text = last !== undefined && 'text' in last ? last.text : '';
  return /\.((?:[a-z0-9]{1,5}\.)?[a-z0-9]{1,5})$/i.exec(text)?.[1] ?? '';
}

/** What an answer of this moment says of a job's files: one entry per rule, links minted anew. */
export async function tellFiles(
  { files: rules }: VendorDeclaration,
  { file, number }: Pick<DeclaredJob, 'file' | 'number'>,
  { files, mountUrl, now }: { readonly files: FileStore; readonly mountUrl: string; readonly now: number },
): Promise<readonly ToldFile[]> {
  const bytes = await file.bytes();
  return rules.map((rule) => {
    const lifeMs = rule.livesMs ?? USUAL_LIFE_MS;
    const mint = () =>
      rule.credential ? `${mountUrl}${HELD_FILES}/${number}` : files.presign(file, lifeMs, 'v4');
    return {
      urls: rule.kind === 'links' ? [mint(), mint()] : [mint()],
      name: file.name,
      mediaType: file.mediaType.replace(/;.*/, ''),
      sizeBytes: bytes.length,
      checksum: createHash(rule.checksum?.kind ?? 'sha256')
        .update(bytes)
        .digest('hex'),
      expiresAt: now + lifeMs,
    };
  });
}
