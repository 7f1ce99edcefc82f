import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { CommandError } from '../command-error.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';

/** The right to write a part file, which one process has at a time. */
export interface PartLock {
  release(): Promise<void>;
}

/**
 * Takes the right to write `partPath`: a file beside it that names this process. One that a dead process left is taken over.
 *
 * @throws CommandError where another download has it
 */
export async function lockPart(partPath: string): Promise<PartLock> {
  const path = `${partPath}.lock`;
  const owner = `${process.pid} ${hostname()}\n`;
  for (let isSecondTry = false; ; isSecondTry = true) {
    try {
      await writeFile(path, owner, { flag: 'wx' });
      return { release: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isSecondTry || (await isHeld(path))) throw toBusy(path);
      await rm(path, { force: true });
    }
  }
}

/** True unless the process that took it is known to be gone. */
async function isHeld(path: string): Promise<boolean> {
  const [pid = '', host = ''] = (await readFile(path, 'utf8').catch(() => '')).trim().split(' ');
  if (host !== hostname() || !/^[1-9]\d*$/.test(pid)) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function toBusy(path: string): CommandError {
  return new CommandError(
    EXIT.usage,
    `Another download is writing this file. If there is none, delete ${toTerminalText(path)} and try again.`,
  );
}
