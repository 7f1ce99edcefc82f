import { readFile } from 'node:fs/promises';
import { BOARD_FOLDER } from './board-folder.ts';

/** What the board sends, to the letter: a gateway that answers trusted documents only trusts these too. */
export async function readBoardDocuments(): Promise<readonly string[]> {
  return JSON.parse(await readFile(new URL('documents.json', BOARD_FOLDER), 'utf8')) as readonly string[];
}
