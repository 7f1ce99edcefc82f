import type { Row } from '../harness/bench.ts';
import { oneExport } from './01-one-export.ts';
import { twentyExports } from './02-twenty-exports.ts';
import { latency } from './03-latency.ts';
import { liveWatch } from './04-live-watch.ts';
import { burst } from './05-burst.ts';
import { websocket } from './06-websocket.ts';
import { subscribers } from './07-subscribers.ts';
import { polls } from './08-polls.ts';
import { start } from './09-start.ts';
import { overload } from './10-overload.ts';

/** The table, in its order. */
export const ROWS: readonly Row[] = [
  oneExport,
  twentyExports,
  latency,
  liveWatch,
  burst,
  websocket,
  subscribers,
  polls,
  start,
  overload,
];
