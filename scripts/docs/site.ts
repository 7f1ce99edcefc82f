import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type DefaultTheme } from 'vitepress';
import { CODES_PLACE } from './codes-reference.ts';
import { type Entry, type Group, readContents } from './contents.ts';
import { generatePages, RAW_FILES } from './generated.ts';
import { toLlmsFullText, toLlmsText } from './llms.ts';
import { collectPages, type Pages } from './pages.ts';
import { SCHEMA_PAGES, SCHEMA_PLACE } from './schema-reference.ts';
import type { SiteOptions } from './site/config.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCE = join(ROOT, 'dist-docs/source');
const SITE = join(ROOT, 'dist-docs/site');
const STAMP = join(ROOT, 'dist-docs/stamp');

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export interface BuiltSite {
  readonly folder: string;
  readonly pages: number;
  /** True where it was built before, from the same pages. */
  readonly isFresh: boolean;
  readonly seconds: number;
}

/** Builds the site, unless the one that is there was built from the same. */
export async function buildSite(): Promise<BuiltSite> {
  const startedAt = performance.now();
  const pages = collectPages(ROOT, generatePages(ROOT));
  const stamp = stageSource(pages);
  const isFresh = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp;
  if (!isFresh) {
    rmSync(STAMP, { force: true });
    await build(SOURCE);
    for (const file of RAW_FILES) cpSync(join(ROOT, file), join(SITE, basename(file)));
    writeTexts(readContents(read('docs/README.md')), pages);
    writeFileSync(STAMP, stamp);
  }
  const built = readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  );
  return { folder: SITE, pages: built.length, isFresh, seconds: (performance.now() - startedAt) / 1_000 };
}

/** Writes what VitePress reads. Returns a hash of it all. */
function stageSource(pages: Pages): string {
  rmSync(SOURCE, { recursive: true, force: true });
  const hash = createHash('sha256');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(SOURCE, path)), { recursive: true });
    writeFileSync(join(SOURCE, path), text);
    hash.update(`${path}\n${text}\n`);
  };
  for (const [path, text] of pages.texts) write(path, text);
  for (const [path, file] of pages.files) {
    cpSync(join(ROOT, file), join(SOURCE, path));
    hash.update(readFileSync(join(ROOT, file)));
  }
  write('index.md', read('scripts/docs/site/home.md'));
  cpSync(join(ROOT, 'docs/images/board.webp'), join(SOURCE, 'public/board.webp'));
  const options = {
    outDir: SITE,
    ...toNavigation(readContents(read('docs/README.md')), pages),
  } satisfies SiteOptions;
  const site = join(ROOT, 'scripts/docs/site');
  write(
    '.vitepress/config.mts',
    `import { toSiteConfig } from ${JSON.stringify(join(site, 'config.ts'))};\nexport default toSiteConfig(${JSON.stringify(options)});\n`,
  );
  write('.vitepress/theme/index.ts', `export { default } from ${JSON.stringify(join(site, 'theme.ts'))};\n`);
  for (const name of ['config.ts', 'theme.ts', 'theme.css', '../site.ts', '../llms.ts'])
    hash.update(readFileSync(join(site, name)));
  for (const file of RAW_FILES) hash.update(read(file));
  return hash.digest('hex');
}

/** Every page as Markdown beside its HTML, and what a language model reads first: https://llmstxt.org. */
function writeTexts(groups: readonly Group[], pages: Pages): void {
  for (const [place, text] of pages.texts) {
    mkdirSync(dirname(join(SITE, place)), { recursive: true });
    writeFileSync(join(SITE, place), text);
  }
  const placeOf = (link: string): string => toPlaceOf(pages, link);
  writeFileSync(join(SITE, 'llms.txt'), toLlmsText(groups, placeOf));
  writeFileSync(join(SITE, 'llms-full.txt'), toLlmsFullText(groups, placeOf, pages.texts));
}

/** Where a page is that docs/README.md links to. */
function toPlaceOf(pages: Pages, link: string): string {
  const place = pages.places.get(join('docs', link));
  if (place === undefined) throw new Error(`docs/README.md links to ${link}, which is no page.`);
  return place;
}

const toLink = (place: string): string =>
  `/${place.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '.html')}`;

/** The sidebar has every group; the bar at the top leads to the first page of each. */
function toNavigation(groups: readonly Group[], pages: Pages): Pick<SiteOptions, 'sidebar' | 'nav'> {
  const toItem = ({ title, link }: Entry): DefaultTheme.SidebarItem & { link: string } => {
    const place = toPlaceOf(pages, link);
    const item = { text: title, link: toLink(place) };
    if (place !== SCHEMA_PLACE) return item;
    const below = [...SCHEMA_PAGES, { title: 'Codes', place: CODES_PLACE }];
    return { ...item, items: below.map((page) => ({ text: page.title, link: toLink(page.place) })) };
  };
  const sidebar = groups.map(({ title, entries }) => ({ text: title, items: entries.map(toItem) }));
  const nav = sidebar.map(({ text, items }) => ({ text, link: items[0]?.link ?? '/' }));
  return { sidebar, nav };
}
