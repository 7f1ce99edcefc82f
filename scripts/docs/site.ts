import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type DefaultTheme } from 'vitepress';
import { type Entry, type Group, readContents } from './contents.ts';
import { collectPages, type Pages } from './pages.ts';
import type { SiteOptions } from './site/config.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCE = join(ROOT, 'dist-docs/source');
const SITE = join(ROOT, 'dist-docs/site');
const STAMP = join(ROOT, 'dist-docs/stamp');

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
  const stamp = stageSource();
  const isFresh = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp;
  if (!isFresh) {
    rmSync(STAMP, { force: true });
    await build(SOURCE);
    writeFileSync(STAMP, stamp);
  }
  const pages = readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.html'),
  );
  return { folder: SITE, pages: pages.length, isFresh, seconds: (performance.now() - startedAt) / 1_000 };
}

/** Writes what VitePress reads. Returns a hash of it all. */
function stageSource(): string {
  const index = readFileSync(join(ROOT, 'docs/README.md'), 'utf8');
  const pages = collectPages(ROOT, new Map());
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
  write('index.md', readFileSync(join(ROOT, 'scripts/docs/site/home.md'), 'utf8'));
  const options = { outDir: SITE, ...toNavigation(readContents(index), pages) } satisfies SiteOptions;
  const site = join(ROOT, 'scripts/docs/site');
  write(
    '.vitepress/config.mts',
    `import { toSiteConfig } from ${JSON.stringify(join(site, 'config.ts'))};\nexport default toSiteConfig(${JSON.stringify(options)});\n`,
  );
  write('.vitepress/theme/index.ts', `export { default } from ${JSON.stringify(join(site, 'theme.ts'))};\n`);
  for (const name of ['config.ts', 'theme.ts', 'theme.css']) hash.update(readFileSync(join(site, name)));
  return hash.digest('hex');
}

/** The sidebar has every group; the bar at the top leads to the first page of each. */
function toNavigation(groups: readonly Group[], pages: Pages): Pick<SiteOptions, 'sidebar' | 'nav'> {
  const toItem = ({ title, link }: Entry): DefaultTheme.SidebarItem & { link: string } => {
    const path = join('docs', link);
    const place = pages.places.get(path);
    if (place === undefined) throw new Error(`docs/README.md links to ${link}, which is no page.`);
    return { text: title, link: `/${place.replace(/\.md$/, '.html')}` };
  };
  const sidebar = groups.map(({ title, entries }) => ({ text: title, items: entries.map(toItem) }));
  const nav = sidebar.map(({ text, items }) => ({ text, link: items[0]?.link ?? '/' }));
  return { sidebar, nav };
}
