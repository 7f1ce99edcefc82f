/** One fenced block of a page. */
export interface Block {
  /** The first word behind the fence: `ts`, `yaml`; empty where there is none. */
  readonly language: string;
  /** The rest of that line. */
  readonly info: string;
  readonly text: string;
  /** Where the fence stands, counted from 1. */
  readonly line: number;
}

const FENCE = /^( *)```(\S*)[ \t]*(.*)\n([\s\S]*?)^\1```[ \t]*$/gm;

/** The fenced blocks of a page, in order. */
export function readBlocks(markdown: string): readonly Block[] {
  return [...markdown.matchAll(FENCE)].map(
    ({ 1: indent = '', 2: language = '', 3: info = '', 4: text = '', index }) => ({
      language,
      info: info.trim(),
      // A block in a list is indented with it.
      text: indent === '' ? text : text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      line: markdown.slice(0, index).split('\n').length,
    }),
  );
}

/** A page with what stands between its fenced blocks changed. */
export function mapProse(markdown: string, change: (prose: string) => string): string {
  let done = '';
  let from = 0;
  for (const { 0: block, index } of markdown.matchAll(FENCE)) {
    done += change(markdown.slice(from, index)) + block;
    from = index + block.length;
  }
  return done + change(markdown.slice(from));
}

const LINK = /(\]\()([^)\s]+)(\))/g;

/** The targets of a page's links and pictures, as written. */
export function readLinks(markdown: string): readonly string[] {
  const links: string[] = [];
  mapProse(markdown, (prose) => {
    links.push(...[...withoutCode(prose).matchAll(LINK)].map(([, , link = '']) => link));
    return prose;
  });
  return links;
}

/** A page with the targets of its links and pictures replaced. */
export function mapLinks(markdown: string, change: (link: string) => string): string {
  return mapProse(markdown, (prose) =>
    prose.replaceAll(
      LINK,
      (_all, before: string, link: string, after: string) => before + change(link) + after,
    ),
  );
}

function withoutCode(prose: string): string {
  return prose.replaceAll(/`[^`\n]+`/g, '');
}

/** The first heading of a page. */
export function readTitle(markdown: string): string {
  return /^# (.+)$/m.exec(markdown)?.[1]?.trim() ?? '';
}

/** The anchor of a heading, by the rule that forges have, so that a link works in both places. */
export function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}
