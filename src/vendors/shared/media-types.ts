/** Media types of what vendors export, by extension; the first extension of a type is the one that a file without any gets. */
const BY_EXTENSION: ReadonlyMap<string, string> = new Map([
  ['csv', 'text/csv'],
  ['tsv', 'text/tab-separated-values'],
  ['txt', 'text/plain'],
  ['json', 'application/json'],
  ['jsonl', 'application/jsonl'],
  ['ndjson', 'application/x-ndjson'],
  ['xml', 'application/xml'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['xls', 'application/vnd.ms-excel'],
  ['pdf', 'application/pdf'],
  ['parquet', 'application/vnd.apache.parquet'],
  ['zip', 'application/zip'],
  ['gz', 'application/gzip'],
  ['gzip', 'application/gzip'],
]);

const MEDIA_TYPE =
  /^[a-z0-9][a-z0-9!#$&^_.+-]{0,99}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}(?:\s*;[\x20-\x7e]{0,100})?$/i;

/** How a file ends: in one extension, or in two where the last is a compression's (`csv.gz`); empty where it ends in none. */
export function extensionOf(name: string): string {
  const [, compressed, plain] =
    /\.((?:[a-z0-9]{1,16}\.)?(?:gz|gzip|bz2|xz|zst))$|\.([a-z0-9]{1,16})$/i.exec(name) ?? [];
  return (compressed ?? plain ?? '').toLowerCase();
}

/** Whether a text is a media type, with its parameters where it has some: of bounded length, and nothing that could end a header. */
export function isMediaType(text: string): boolean {
  return MEDIA_TYPE.test(text);
}

/** A media type as a vendor says it, which may be an extension only (`csv`); null for anything else. */
export function toMediaType(said: string): string | null {
  const text = said.trim();
  if (isMediaType(text)) return text;
  return mediaTypeOf(text.toLowerCase());
}

/** The media type of an extension; of `csv.gz` that of what has been compressed counts no more. */
export function mediaTypeOf(extension: string): string | null {
  return BY_EXTENSION.get(extension.replace(/^.*\./s, '')) ?? null;
}

/** The extension of a media type; empty where it is not known. */
export function extensionFor(mediaType: string | null): string {
  const [wanted] = (mediaType ?? '').toLowerCase().split(/\s*;/);
  for (const [extension, known] of BY_EXTENSION) if (known === wanted) return extension;
  return '';
}
