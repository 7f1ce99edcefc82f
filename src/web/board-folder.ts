/** Where the built board stands: next to the built gateway, which the sources use too (scripts/board.js). */
export const BOARD_FOLDER = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/src/board/' : '../board/',
  import.meta.url,
);
