/** @returns the paths of what was bundled */
export function buildBoard(folder?: string): Promise<readonly string[]>;
/** Builds the board where it is older than what it is made of. */
export function buildBoardWhereStale(folder?: string): Promise<void>;
/** When the newest file in a folder was written, or a file itself; epoch milliseconds. */
export function newestIn(path: string): number;
