import { readdirSync } from 'node:fs';
import { BOARD_FOLDER } from '../../src/web/board-folder.ts';

const script = readdirSync(BOARD_FOLDER).find((name) => name.endsWith('.js'));
if (script === undefined) throw new Error(`The board is not built: ${BOARD_FOLDER} holds no script.`);

/** Where the gateway serves the board's script: its name holds the hash of what is in it. */
export const BOARD_SCRIPT = `/board/${script}`;
