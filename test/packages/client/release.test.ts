import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startLiveGateway } from '../../graphql/subscriptions/live-gateway.ts';
import { connect, countSockets, until } from './support.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CLIENT = join(ROOT, 'packages/client/src/index.ts');

/** Runs a program in a process of its own, and waits for it to end by itself. */
async function run(program: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const folder = mkdtempSync(join(ROOT, 'node_modules/.client-release-'));
  try {
    const outfile = join(folder, 'program.mjs');
    await build({
      stdin: { contents: program, resolveDir: ROOT, loader: 'ts' },
      alias: { '@waybill/client': CLIENT },
      external: ['ws'],
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      outfile,
    });
    const child = spawn(process.execPath, [outfile], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => {
      output += bytes.toString();
    });
    const timer = setTimeout(() => child.kill(), 15_000);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    return { code, output };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a program', { timeout: 40_000 }, () => {
  it.each(['ws', 'sse', 'poll', 'auto'] as const)(
    'ends by itself when it has let go, over %s',
    async (transport) => {
      await using gateway = await startLiveGateway();
      gateway.say(1, { status: 'processing' });
      gateway.say(2, { status: 'completed' });
      const program = `
      import { createWaybill } from '@waybill/client';
      import { WebSocket } from 'ws';
      const client = createWaybill({ url: '${gateway.url}', transport: '${transport}', webSocket: WebSocket });
      const set = client.follow(['hi-energy:1']);
      const tracked = client.follow({ tracked: {} });
      for await (const { export: now } of client.watch('hi-energy:2')) console.log(now.status);
      while (set.getSnapshot().length === 0 || tracked.getState().isPending)
        await new Promise((resolve) => setTimeout(resolve, 10));
      set.close();
      tracked.close();
      console.log((await client.done('hi-energy:2')).phase);
    `;

      const { code, output } = await run(program);

      expect(output).toBe('SUCCEEDED\nsucceeded\n');
      expect(code).toBe(0);
    },
  );

  it('ends by itself when the client is disposed of, whatever it follows and whatever the line does', async () => {
    const program = `
      import { createWaybill } from '@waybill/client';
      import { WebSocket } from 'ws';
      {
        await using client = createWaybill({ url: 'http://127.0.0.1:1', webSocket: WebSocket });
        client.follow(['hi-energy:1']);
        client.follow({ tracked: {} });
        const done = client.done('hi-energy:2', { timeoutMs: 600_000 }).catch(({ code }) => console.log(code));
        await new Promise((resolve) => setTimeout(resolve, 300));
        console.log(client.connection.get().state);
      }
    `;

    const { code, output } = await run(program);

    expect(output).toBe('resuming\nCLOSED\n');
    expect(code).toBe(0);
  });
});

describe('a page', () => {
  afterEach(() => vi.unstubAllGlobals());

  /** A document that can be hidden. */
  function installPage() {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const window = new EventTarget();
    const listeners = { count: 0 };
    for (const target of [page, window]) {
      const { addEventListener, removeEventListener } = target;
      target.addEventListener = (...words: Parameters<EventTarget['addEventListener']>) => {
        listeners.count += 1;
        addEventListener.apply(target, words);
      };
      target.removeEventListener = (...words: Parameters<EventTarget['removeEventListener']>) => {
        listeners.count -= 1;
        removeEventListener.apply(target, words);
      };
    }
    vi.stubGlobal('document', page);
    vi.stubGlobal('addEventListener', (...words: Parameters<EventTarget['addEventListener']>) =>
      window.addEventListener(...words),
    );
    vi.stubGlobal('removeEventListener', (...words: Parameters<EventTarget['removeEventListener']>) =>
      window.removeEventListener(...words),
    );
    return {
      listeners,
      window,
      show(visibilityState: 'visible' | 'hidden') {
        page.visibilityState = visibilityState;
        page.dispatchEvent(new Event('visibilitychange'));
      },
    };
  }

  it('that is hidden lets go of the socket, and catches up without a gap when it is shown', async () => {
    const page = installPage();
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'pending' });
    const sockets = countSockets();
    await using other = connect(gateway.url);
    await using client = connect(gateway.url, { ...sockets, pauseWhenHidden: { afterMs: 20 } });
    const set = client.follow(['hi-energy:1']);
    const seen: unknown[] = [];
    const watching = (async () => {
      for await (const event of client.watch('hi-energy:1')) seen.push(event.export?.status);
    })();
    await until(() => seen.length === 1);

    page.show('hidden');
    await until(() => client.connection.get().state === 'paused' && sockets.alive === 0);
    const others: unknown[] = [];
    const witness = (async () => {
      for await (const event of other.watch('hi-energy:1')) others.push(event.export?.status);
    })();
    await until(() => others.length === 1);
    gateway.say(1, { status: 'processing' });
    await until(() => others.length === 2);
    gateway.say(1, { status: 'completed' });
    await witness;
    page.show('visible');
    await watching;

    expect(seen).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
    expect(set.getSnapshot()[0]?.hasGap).toBe(false);
    expect(sockets.opened).toBe(2);
  });

  it('that is hidden for a moment, or does not ask for it, keeps its socket', async () => {
    const page = installPage();
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    await using patient = connect(gateway.url, { pauseWhenHidden: true });
    await using plain = connect(gateway.url);
    const sets = [patient, plain].map((client) => client.follow(['hi-energy:1']));
    await until(() => sets.every((set) => set.getSnapshot().length === 1));

    page.show('hidden');
    await new Promise((resolve) => setTimeout(resolve, 100));
    page.show('visible');
    await new Promise((resolve) => setTimeout(resolve, 100));

    expect([patient, plain].map(({ connection }) => connection.get().state)).toEqual(['live', 'live']);
  });

  it('is listened to only while something is followed', async () => {
    const page = installPage();
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    const client = connect(gateway.url, { pauseWhenHidden: true });
    const before = page.listeners.count;
    const set = client.follow(['hi-energy:1']);
    await until(() => set.getSnapshot().length === 1);
    const during = page.listeners.count;
    set.close();
    await until(() => client.connection.get().state === 'idle');
    const after = page.listeners.count;
    client.follow(['hi-energy:1']);
    await client[Symbol.asyncDispose]();

    expect([before, during, after, page.listeners.count]).toEqual([0, 2, 0, 0]);
  });

  it('that comes online again is connected at once', async () => {
    const page = installPage();
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    let url = 'http://127.0.0.1:1';
    const fetchThere: typeof fetch = (_address, init) => fetch(`${url}/graphql`, init);
    await using client = connect(gateway.url, {
      transport: 'sse',
      fetch: fetchThere,
      retry: { minMs: 600_000, maxMs: 600_000 },
    });
    const set = client.follow(['hi-energy:1']);
    await until(() => client.connection.get().state === 'resuming');

    url = gateway.url;
    page.window.dispatchEvent(new Event('online'));
    await until(() => set.getSnapshot().length === 1);

    expect(client.connection.get()).toEqual({ state: 'live' });
  });
});
