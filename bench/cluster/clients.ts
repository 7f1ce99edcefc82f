import { type ChildProcess, spawn } from 'node:child_process';
import type { Layout } from '../../test/cluster/processes/layout.ts';
import { createTally, type SubscriberTally } from '../../test/cluster/processes/subscribers.ts';
import { BUNDLED_CWD, bundleProgram } from '../../test/support/bundled.ts';
import type { ClientCalls } from './client.ts';

/** Sockets of one process stay below what it may have open: each subscriber needs three there, with its balancer's. */
const PER_PROCESS = 5_000;

/** Subscribers in as few processes as will hold them. */
export class Clients implements Disposable {
  private readonly processes: readonly ClientProcess[];
  readonly count: number;
  private readonly layout: Layout;
  private readonly perSubscriber: number;

  private constructor(
    processes: readonly ClientProcess[],
    count: number,
    layout: Layout,
    perSubscriber: number,
  ) {
    this.processes = processes;
    this.count = count;
    this.layout = layout;
    this.perSubscriber = perSubscriber;
  }

  static async start(count: number, layout: Layout, perSubscriber = 2): Promise<Clients> {
    const program = bundleProgram(
      "import { runClient } from './bench/cluster/client.ts'; await runClient();",
    );
    const processes = Array.from(
      { length: Math.ceil(count / PER_PROCESS) },
      () => new ClientProcess(program),
    );
    await Promise.all(processes.map(({ ready }) => ready));
    return new Clients(processes, count, layout, perSubscriber);
  }

  ports(ports: readonly number[]): void {
    for (const client of this.processes) void client.ask('ports', ports);
  }

  async open(): Promise<void> {
    const { layout, perSubscriber } = this;
    for (const [place, client] of this.processes.entries()) {
      const first = place * PER_PROCESS;
      const count = Math.min(PER_PROCESS, this.count - first);
      await client.ask('open', { layout, first, count, perSubscriber });
    }
  }

  async tally(): Promise<SubscriberTally> {
    const sum = createTally();
    for (const client of this.processes) add(sum, await client.ask('tally', null));
    return sum;
  }

  /** Changes that a subscriber was not told, though others were. */
  async countLost(): Promise<number> {
    const told = new Map<string, Set<number>>();
    for (const client of this.processes) {
      for (const [id, values] of await client.ask('told', null)) {
        const all = told.get(id) ?? new Set<number>();
        told.set(id, all);
        for (const value of values) all.add(value);
      }
    }
    const all = [...told].map(([id, values]) => [id, [...values]] as const);
    let lost = 0;
    for (const client of this.processes) lost += await client.ask('lost', all);
    return lost;
  }

  [Symbol.dispose](): void {
    for (const client of this.processes) client.end();
  }
}

class ClientProcess {
  readonly ready: Promise<void>;
  private readonly child: ChildProcess;
  private readonly asked = new Map<number, (value: never) => void>();
  private lastId = 0;

  constructor(program: string) {
    this.child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: BUNDLED_CWD,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.ready = new Promise((resolve) => this.asked.set(0, () => resolve()));
    this.child.on('message', ({ id, value }: { id: number; value: never }) => {
      this.asked.get(id)?.(value);
      this.asked.delete(id);
    });
  }

  ask<Call extends keyof ClientCalls>(
    call: Call,
    value: Parameters<ClientCalls[Call]>[0] | null,
  ): Promise<ReturnType<ClientCalls[Call]>> {
    this.lastId += 1;
    const id = this.lastId;
    this.child.send({ id, call, value });
    return new Promise((resolve) => this.asked.set(id, resolve));
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}

function add(sum: SubscriberTally, one: SubscriberTally): void {
  for (const [name, value] of Object.entries(one)) {
    const to = sum as unknown as Record<string, number | Record<string, number>>;
    const before = to[name];
    if (typeof before === 'number') to[name] = before + value;
    else
      for (const [key, count] of Object.entries(value))
        if (before) before[key] = (before[key] ?? 0) + Number(count);
  }
}
