import { buildBoardWhereStale } from '../../scripts/board.js';
import { buildProgramWhereStale } from './built-program.ts';

/** Once before all tests: what gateways serve as the board, and the program that tests run in processes of their own. */
export default async function buildOnce(): Promise<void> {
  await buildBoardWhereStale();
  buildProgramWhereStale();
}
