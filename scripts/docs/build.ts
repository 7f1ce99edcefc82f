/**
 * Builds the site of the documents from docs/ to dist-docs/site, without the network.
 *
 * Run: npm run docs
 */
import { buildSite } from './site.ts';

const { folder, pages, isFresh, seconds } = await buildSite();
console.log(
  isFresh ? `${folder} was fresh: ${pages} pages.` : `${folder}: ${pages} pages in ${seconds.toFixed(1)} s.`,
);
