import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { BUILT_MAIN } from '../../support/built-program.ts';

/** Lets a process live later than it does. */
function toPreload(aheadMs: number): readonly string[] {
  const script = `const now = Date.now; Date.now = () => now() + ${aheadMs};`;
  return aheadMs === 0 ? [] : ['--import', `data:text/javascript,${encodeURIComponent(script)}`];
}

/** `waybill serve` in a process of its own. */
export class GatewayProcess {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;

  /** @param aheadMs - how much later its time is than everybody else's */
  constructor(configFile: string, aheadMs = 0) {
    this.child = spawn(
      process.execPath,
      [...toPreload(aheadMs), BUILT_MAIN, 'serve', '--config', configFile],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    this.exited = once(this.child, 'exit');
    if (this.child.stderr !== null)
      createInterface(this.child.stderr).on('line', (line) => this.lines.push(line));
  }

  /** Where it listens, once it does; null where it ended before. */
  url(): Promise<string | null> {
    const { stdout } = this.child;
    if (stdout === null) return Promise.resolve(null);
    const told = new Promise<string>((resolve) => {
      createInterface(stdout).on('line', (line) => {
        const url = /^waybill listening on (\S+)$/.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      });
    });
    return Promise.race([told, this.exited.then(() => null)]);
  }

  /** @returns the exit code; null where it was killed */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.exited;
    return this.child.exitCode;
  }

  /** @returns the code with which it ended by itself */
  async ended(): Promise<number | null> {
    await this.exited;
    return this.child.exitCode;
  }
}
