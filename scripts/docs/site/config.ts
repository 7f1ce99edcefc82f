import { type DefaultTheme, defineConfig, type MarkdownRenderer, type UserConfig } from 'vitepress';
import { toAnchor } from '../markdown.ts';

/** What the site's configuration needs to know of its pages. */
export interface SiteOptions {
  /** Where the built site is written. */
  readonly outDir: string;
  readonly sidebar: DefaultTheme.SidebarItem[];
  readonly nav: DefaultTheme.NavItem[];
}

/** The site: one search over all of it, made at the build; nothing is loaded from elsewhere. */
export function toSiteConfig({ outDir, sidebar, nav }: SiteOptions): UserConfig<DefaultTheme.Config> {
  return defineConfig({
    title: 'Waybill',
    description: "One GraphQL schema that tells where every vendor's export job is, and pushes each change.",
    lang: 'en',
    // A folder below which the site is served, e.g. /waybill/.
    base: (process.env.DOCS_BASE ?? '/') as `/${string}/`,
    outDir,
    lastUpdated: false,
    head: [['link', { rel: 'icon', href: 'data:,' }]],
    markdown: {
      // A bare address is an example, not a link.
      linkify: false,
      anchor: { slugify: toAnchor },
      config: leaveEmptyHeadersOut,
      languageAlias: { caddy: 'nginx', console: 'sh' },
    },
    themeConfig: {
      search: { provider: 'local' },
      nav,
      sidebar,
      outline: { level: [2, 3] },
      docFooter: { prev: 'Before', next: 'Next' },
    },
    vite: { logLevel: 'warn', build: { chunkSizeWarningLimit: 4_000 } },
  });
}

/** A header without words is none to a screen reader: a plain cell takes its place. */
function leaveEmptyHeadersOut({ renderer }: MarkdownRenderer): void {
  const isEmpty = (content: string | undefined): boolean => content === '';
  renderer.rules.th_open = (tokens, index, options) => {
    const [token, words] = tokens.slice(index);
    if (token !== undefined && isEmpty(words?.content)) token.tag = 'td';
    return renderer.renderToken(tokens, index, options);
  };
  renderer.rules.th_close = (tokens, index, options) => {
    const [words, token] = tokens.slice(index - 1);
    if (token !== undefined && isEmpty(words?.content)) token.tag = 'td';
    return renderer.renderToken(tokens, index, options);
  };
}
