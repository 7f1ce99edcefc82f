import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Of all documents that are kept, together; read, each character may take a hundred bytes. */
const MAX_LENGTH = 300_000;
/** The longest one that is kept. */
const MAX_DOCUMENT_LENGTH = 20_000;

/**
 * Documents that were read before, so that a front end's few dozen are read once.
 *
 * Bounded by length: a thousand documents of a quarter of a megabyte of comments each would otherwise take all memory there is.
 */
export function createDocumentCache() {
  return new LRUCache<string, DocumentNode>({
    maxSize: MAX_LENGTH,
    maxEntrySize: MAX_DOCUMENT_LENGTH,
    sizeCalculation: (_document, text) => Math.max(1, text.length),
  });
}

/** Mistakes are not kept: to find one again costs no more than it did. */
export const NO_ERROR_CACHE = { get: () => undefined, set: () => undefined };
