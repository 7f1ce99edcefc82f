import { readFile } from 'node:fs/promises';

/** A change that the page shows: these lines become those. */
export interface Edit {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** A numbered section of the page and the changes in it, in order. */
export interface Step {
  readonly title: string;
  readonly edits: readonly Edit[];
}

const PAGE = new URL('../../docs/adding-a-vendor.md', import.meta.url);

/** The steps of `docs/adding-a-vendor.md`; their number is left out of the title. */
export async function readSteps(): Promise<readonly Step[]> {
  const [, ...sections] = (await readFile(PAGE, 'utf8')).split(/^## \d\. /m);
  return sections.map((section) => ({
    title: section.slice(0, section.indexOf('\n')),
    edits: [...section.matchAll(/^```diff (\S+)\n([\s\S]*?)^```$/gm)].map(([, path = '', diff = '']) =>
      toEdit(path, diff.trimEnd().split('\n')),
    ),
  }));
}

/** The files that the folder's table on the page names. */
export async function readRooms(): Promise<readonly string[]> {
  const [, section = ''] =
    /^## \d\. Fill its folder$([\s\S]*?)^## /m.exec(await readFile(PAGE, 'utf8')) ?? [];
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? '').sort();
}

/** The file of the same table that only vendors which start exports have. */
export const ORDER_ROOM = 'orders.ts';

/** Whether the page names it. */
export async function hasOrderRoom(): Promise<boolean> {
  return (await readFile(PAGE, 'utf8')).includes(`| \`${ORDER_ROOM}\`, where it starts exports |`);
}

function toEdit(path: string, lines: readonly string[]): Edit {
  const without = (sign: string) =>
    lines
      .filter((line) => !line.startsWith(sign))
      .map((line) => `\n${line.slice(1)}`)
      .join('');
  return { path, before: without('+'), after: without('-') };
}
