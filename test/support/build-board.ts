import { buildBoardWhereStale } from '../../scripts/board.js';

/** Once before all tests: gateways serve the board as it is built, whatever they themselves are run from. */
export default async function buildBoard(): Promise<void> {
  await buildBoardWhereStale();
}
