import { FETCHES } from './fetches.ts';
import type { Attack } from './kit.ts';
import { PAGES } from './pages.ts';
import { PARTS } from './parts.ts';
import { STREAMS } from './streams.ts';

/** Everything that a page of another origin is known to be able to try. */
export const ATTACKS: readonly Attack[] = [...FETCHES, ...STREAMS, ...PARTS, ...PAGES];
