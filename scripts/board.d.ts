/** @returns the paths of what was bundled */
export function buildBoard(folder?: string): Promise<readonly string[]>;
/** Builds the board where it is older than what it is made of. */
export function buildBoardWhereStale(folder?: string): Promise<void>;
