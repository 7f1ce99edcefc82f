import type { Row } from '../harness/bench.ts';
import { oneExport } from './01-one-export.ts';
import { twentyExports } from './02-twenty-exports.ts';
import { latency } from './03-latency.ts';

/** The table, in its order. */
export const ROWS: readonly Row[] = [oneExport, twentyExports, latency];
