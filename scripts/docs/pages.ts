import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, posix, relative } from 'node:path';
import { mapLinks, readLinks } from './markdown.ts';

/** A page that is made at the build. */
export interface GeneratedPage {
  readonly place: string;
  readonly text: string;
  /** The file of the repository that it stands for, where links lead to that. */
  readonly file?: string;
}

/** What the site is made of. Paths are relative, with slashes. */
export interface Pages {
  /** Markdown by the path it has in the site's source. */
  readonly texts: ReadonlyMap<string, string>;
  /** Files of the repository that are copied as they are, by that path. */
  readonly files: ReadonlyMap<string, string>;
  /** Where a file of the repository is in the site's source. */
  readonly places: ReadonlyMap<string, string>;
}

/** Where pages that stand outside docs/ are found on the site. */
const PLACES: Readonly<Record<string, string>> = {
  'README.md': 'start.md',
  'CHANGELOG.md': 'changes.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
  'docs/README.md': 'contents.md',
  'packages/client/README.md': 'front-ends/client.md',
  'packages/react/README.md': 'front-ends/react.md',
};

const LANGUAGES: Readonly<Record<string, string>> = {
  '.graphql': 'graphql',
  '.js': 'js',
  '.json': 'json',
  '.md': 'md',
  '.ts': 'ts',
  '.yaml': 'yaml',
  '.yml': 'yaml',
};

const PICTURES = new Set(['.png', '.svg', '.webp']);

/**
 * Everything that is reached from docs/, with links that hold on the site: pages as pages, pictures as pictures, and any other
 * file of the repository as a page that shows it.
 *
 * @param generated - pages that are made at the build
 */
export function collectPages(root: string, generated: readonly GeneratedPage[]): Pages {
  const texts = new Map(generated.map(({ place, text }) => [place, text]));
  const files = new Map<string, string>();
  const places = new Map(generated.flatMap(({ file, place }) => (file === undefined ? [] : [[file, place]])));
  const waiting = [...pagesBelow(root, 'docs'), ...Object.keys(PLACES)];
  for (const path of waiting) {
    if (places.has(path)) continue;
    const place = toPlace(root, path);
    places.set(path, place);
    if (PICTURES.has(extname(path))) files.set(place, path);
    else if (extname(path) === '.md') waiting.push(...linkedFrom(root, path));
    else texts.set(place, toSourcePage(root, path));
  }
  for (const [path, place] of places) {
    if (extname(path) !== '.md' || texts.has(place)) continue;
    const text = mapLinks(readFileSync(join(root, path), 'utf8'), (link) =>
      toSiteLink(root, path, link, (target) => fromPage(place, places.get(target))),
    );
    texts.set(place, text);
  }
  return { texts, files, places };
}

/** The link from one page of the site's source to another. */
export function fromPage(page: string, target: string | undefined): string | undefined {
  if (target === undefined) return undefined;
  const path = posix.relative(posix.dirname(page), target);
  return path.startsWith('.') ? path : `./${path}`;
}

function toSiteLink(
  root: string,
  page: string,
  link: string,
  find: (target: string) => string | undefined,
): string {
  if (isOutside(link) || link.startsWith('#')) return link;
  const [path = '', anchor] = link.split('#');
  const found = find(toTarget(root, page, path));
  if (found === undefined) throw new Error(`${page} links to ${link}, which is not there.`);
  return anchor === undefined ? found : `${found}#${anchor}`;
}

/** The files that a page links to. */
function linkedFrom(root: string, page: string): readonly string[] {
  return readLinks(readFileSync(join(root, page), 'utf8'))
    .filter((link) => !isOutside(link) && !link.startsWith('#'))
    .map((link) => toTarget(root, page, link.split('#')[0] ?? ''));
}

function isOutside(link: string): boolean {
  return /^[a-z]+:/.test(link);
}

/** The file of the repository that a link of a page leads to; a folder's README where the folder has one. */
function toTarget(root: string, page: string, link: string): string {
  const path = relative(root, join(root, dirname(page), link));
  if (!existsSync(join(root, path))) throw new Error(`${page} links to ${link}, which is not there.`);
  const readme = join(path, 'README.md');
  return existsSync(join(root, readme)) ? readme : path;
}

function toPlace(root: string, path: string): string {
  // What begins with a dot is no page to VitePress.
  return PLACES[path] ?? toUsualPlace(root, path).replaceAll(/(?<=^|\/)\./g, '');
}

function toUsualPlace(root: string, path: string): string {
  if (PICTURES.has(extname(path))) return path.replace(/^docs\//, '');
  if (path.startsWith('docs/') && extname(path) === '.md') return path.slice('docs/'.length);
  if (basename(path) === 'README.md') return `source/${dirname(path)}.md`;
  return statSync(join(root, path)).isFile() && extname(path) === '.md'
    ? `source/${path}`
    : `source/${path}.md`;
}

/** A page that shows a file, or each file of a folder. */
function toSourcePage(root: string, path: string): string {
  const blocks = filesBelow(root, path).map((file) => {
    const text = readFileSync(join(root, file), 'utf8').trimEnd();
    const fence = text.includes('```') ? '````' : '```';
    return `\`${file}\`\n\n${fence}${LANGUAGES[extname(file)] ?? 'text'}\n${text}\n${fence}\n`;
  });
  return `---\nsearch: false\n---\n\n# ${basename(path)}\n\n${blocks.join('\n')}`;
}

function filesBelow(root: string, path: string): readonly string[] {
  if (statSync(join(root, path)).isFile()) return [path];
  return readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((file) => statSync(join(root, file)).isFile())
    .sort();
}

function pagesBelow(root: string, folder: string): readonly string[] {
  return filesBelow(root, folder).filter((file) => extname(file) === '.md');
}
