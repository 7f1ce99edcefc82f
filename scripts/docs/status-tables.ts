import { readdir, readFile } from 'node:fs/promises';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';

/** How a status table of a vendor's folder says what a word means. */
interface StatusReading {
  readonly status: string;
  readonly outcome?: string;
}

const BEGIN = '<!-- Made by npm run codegen from the status table in the code. -->';
const TABLE = new RegExp(`${BEGIN}\\n[\\s\\S]*?(?=\\n\\n)`);

/** The coded vendors' pages, each with the table of status words that its code reads by. A vendor without a page has none. */
export async function writeStatusTables(): Promise<readonly (readonly [file: string, text: string])[]> {
  const pages = new Set(await readdir('docs/vendors'));
  return Promise.all(
    CODED_VENDOR_IDS.filter((vendor) => pages.has(`${vendor}.md`)).map(async (vendor) => {
      const file = `docs/vendors/${vendor}.md`;
      const table = await toTable(vendor);
      const page = await readFile(file, 'utf8');
      if (!TABLE.test(page)) throw new Error(`${file} has no place for its status words: ${BEGIN}`);
      // A function: words may hold "$&".
      return [file, page.replace(TABLE, () => `${BEGIN}\n${table}`)] as const;
    }),
  );
}

async function toTable(vendor: string): Promise<string> {
  const source = new URL(`../../src/vendors/${vendor}/mapping.ts`, import.meta.url);
  const notes = readNotes(await readFile(source, 'utf8'));
  const rows = Object.entries(await readTable(source)).map(
    ([word, { status, outcome }]) =>
      `| \`${word}\` | ${status} | ${outcome ?? ''} | ${notes.get(word) ?? ''} |`,
  );
  return [
    "| The vendor's word | `status` | `outcome` | |",
    '| --- | --- | --- | --- |',
    ...rows,
    '| any other | UNKNOWN | | logged once |',
  ].join('\n');
}

async function readTable(source: URL): Promise<Readonly<Record<string, StatusReading>>> {
  const exported: Readonly<Record<string, unknown>> = await import(source.href);
  const tables = Object.entries(exported).filter(([name]) => name.endsWith('_STATUS'));
  if (tables.length !== 1) throw new Error(`${source.pathname} has ${tables.length} status tables.`);
  return tables[0]?.[1] as Readonly<Record<string, StatusReading>>;
}

/** The comments at the ends of the table's rows. */
function readNotes(source: string): ReadonlyMap<string, string> {
  return new Map(
    [...source.matchAll(/^ {2}'?([^':]+)'?: +\{ status: [^}]*\}, \/\/ (.+)$/gm)].map(
      ([, word = '', note = '']) => [word, note],
    ),
  );
}
