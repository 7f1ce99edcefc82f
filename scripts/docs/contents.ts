/** One page of the contents. */
export interface Entry {
  readonly title: string;
  /** What it leads to, as written: relative to docs/. */
  readonly link: string;
  /** What stands behind the colon, as Markdown. */
  readonly summary: string;
}

/** One group of pages, for one kind of reader. */
export interface Group {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/**
 * The groups of docs/README.md, which is what the site's sidebar and llms.txt are made from: a page is added to the site by
 * a line there.
 */
export function readContents(markdown: string): readonly Group[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      title: section.slice(0, section.indexOf('\n')).trim(),
      entries: [...section.matchAll(/^- \[([^\]]+)\]\(([^)\s]+)\)(?:: (.+))?$/gm)].map(
        ([, title = '', link = '', summary = '']) => ({ title, link, summary }),
      ),
    }));
}
