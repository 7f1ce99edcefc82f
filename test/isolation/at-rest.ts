import { TextFinder } from '../../src/telemetry/text-finder.ts';
import { readStoreFiles } from '../support/sweep/tap-told.ts';

/** What must not be written down, by what kind of thing it is. */
export type Canaries = ReadonlyMap<string, readonly string[]>;

/** What was found in the bytes of a store. */
export interface FoundAtRest {
  readonly kind: string;
  readonly spelling: string;
}

/** The ways in which a text may stand in a database. */
export const SPELLINGS: Readonly<Record<string, (text: string) => readonly string[]>> = {
  plain: (text) => [text],
  base64: (text) => insideBase64(text),
  base64url: (text) => insideBase64(text).map(toUrlAlphabet),
  hex: (text) => [Buffer.from(text).toString('hex'), Buffer.from(text).toString('hex').toUpperCase()],
  percent: (text) => [
    encodeURIComponent(text),
    encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  ],
  json: (text) => [JSON.stringify(text).slice(1, -1), JSON.stringify(JSON.stringify(text)).slice(3, -3)],
};

/** Looks for each canary, in each spelling, in a database's file and in whatever stands beside it. */
export function findAtRest(path: string, canaries: Canaries): readonly FoundAtRest[] {
  const known = new Map<string, FoundAtRest>();
  const finder = new TextFinder();
  for (const [kind, texts] of canaries)
    for (const text of texts)
      for (const [spelling, spell] of Object.entries(SPELLINGS))
        for (const spelt of spell(text)) {
          if (known.has(spelt)) continue;
          known.set(spelt, { kind, spelling });
          finder.add(spelt);
        }
  const found = new Set<FoundAtRest>();
  for (const bytes of readStoreFiles(path))
    for (const { start, end } of finder.find(bytes))
      found.add(known.get(bytes.slice(start, end)) ?? { kind: 'several', spelling: bytes.slice(start, end) });
  return [...found];
}

/** Wherever in a group of three bytes it begins; characters that depend on what stands beside it are left out. */
function insideBase64(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
  });
}

function toUrlAlphabet(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_');
}
