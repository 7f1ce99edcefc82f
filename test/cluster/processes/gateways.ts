import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** `waybill serve` in a process of its own. */
export class GatewayProcess implements AsyncDisposable {
  readonly port: number;
  /** What it has logged, the last lines. */
  readonly lines: readonly string[];
  private readonly child: ChildProcess;
  private readonly exited: Promise<unknown>;

  private constructor(child: ChildProcess, exited: Promise<unknown>, port: number, lines: readonly string[]) {
    this.child = child;
    this.exited = exited;
    this.port = port;
    this.lines = lines;
  }

  /** @returns once it listens */
  static async start(program: string, configFile: string): Promise<GatewayProcess> {
    const child = spawn(process.execPath, [program, 'serve', '--config', configFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const exited = once(child, 'exit');
    const lines: string[] = [];
    createInterface(child.stderr).on('line', (line) => {
      if (lines.push(line) > 1_000) lines.shift();
    });
    const listening = new Promise<number>((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        const port = /^waybill listening on http:\/\/\S+:(\d+)$/.exec(line)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    });
    const port = await Promise.race([listening, exited.then(() => null)]);
    if (port === null) throw new Error(`The gateway did not start.\n${lines.join('\n')}`);
    return new GatewayProcess(child, exited, port, lines);
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(signal);
  }

  /** @returns the exit code; null where it was killed */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.exited;
    return this.child.exitCode;
  }

  /** The code with which it ended by itself; null while it runs. */
  get exitCode(): number | null {
    return this.child.exitCode;
  }

  /** Processor time until now, milliseconds; to 10 ms. */
  cpuMs(): number {
    return readCpuMs(this.child.pid ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }
}

/** Processor time of a process until now, milliseconds: what Linux says of it. */
export function readCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name may hold blanks; after it come state, ppid, … and utime and stime as the 12th and 13th, in hundredths.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
