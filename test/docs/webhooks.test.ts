import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { WEBHOOK_EVENT_TYPES } from '../../src/export/store.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { toBody } from '../../src/tracking/webhooks/message.ts';
import { RETRY_DELAYS_MS } from '../../src/tracking/webhooks/retry-schedule.ts';
import { WebhookSender } from '../../src/tracking/webhooks/sender.ts';
import { OLDER_SECRET, SECRET, toDelivery, toEndpoint } from '../tracking/webhooks/support.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = await readFile(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');

/** The first block of this language. */
function block(language: string): string {
  const [, found] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(PAGE) ?? [];
  if (found === undefined) throw new Error(`There is no block of ${language}.`);
  return found;
}

describe('the page on webhooks', () => {
  it('shows a receiver in about twenty lines that verifies what it is sent, and knows what it has seen', async () => {
    const program = block('js');
    expect(program.trim().split('\n').length).toBeLessThanOrEqual(20);
    const receiver = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: ROOT,
      env: { ...process.env, OPS_HOOK_SECRET: SECRET, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const lines: string[] = [];
      const reader = createInterface({ input: receiver.stdout });
      reader.on('line', (line) => lines.push(line));
      await once(reader, 'line');
      const port = /^listening on (\d+)$/.exec(lines[0] ?? '')?.[1];
      const url = `http://127.0.0.1:${port}/waybill`;
      const files = [
        { name: 'a.csv', mediaType: null, url: 'https://waybill.example/files/a.b', urlExpiresAt: 0 },
      ];
      const sender = new WebhookSender({ clock: systemClock, linksFor: () => files });
      const send = async (id: string, secrets: readonly string[]) =>
        (await sender.send(toEndpoint({ url, secrets }), toDelivery(id))).result;

      expect(await send('msg_1', [SECRET])).toBe('204');
      expect(await send('msg_1', [SECRET])).toBe('204');
      expect(await send('msg_2', [OLDER_SECRET])).toBe('400');
      expect(await send('msg_3', [OLDER_SECRET, SECRET])).toBe('204');
      expect((await sender.sendTest(toEndpoint({ url }))).result).toBe('204');
      await expect
        .poll(() => lines.slice(1))
        .toEqual([
          'export.succeeded web-admit:7 https://waybill.example/files/a.b',
          'export.succeeded web-admit:7 https://waybill.example/files/a.b',
          'test null ',
        ]);
    } finally {
      receiver.kill();
    }
  });

  it('shows a body with the fields that it has', () => {
    const shown = JSON.parse(block('json'));
    const file = { name: 'a', mediaType: null, url: 'https://a.example/', urlExpiresAt: 0 };
    const sent = toBody(toDelivery('msg_1'), [file]);

    expect(Object.keys(shown)).toEqual(Object.keys(sent));
    expect(Object.keys(shown.data)).toEqual(Object.keys(sent.data));
    expect(Object.keys(shown.data.files[0])).toEqual(Object.keys(sent.data.files?.[0] ?? {}));
    expect(JSON.parse(Buffer.from(shown.data.id, 'base64url').toString())).toEqual([
      'export',
      'hi-energy',
      'hi',
      '4213',
    ]);
  });

  it('names every type of event', () => {
    const named = [...PAGE.matchAll(/`(export\.\w+)`/g)].map(([, type]) => type);

    expect([...new Set(named)].sort()).toEqual([...WEBHOOK_EVENT_TYPES].sort());
  });

  it('tells how long after which attempt the next one follows', () => {
    const [, told = ''] = /sent again after (.*?), each up to/.exec(PAGE) ?? [];
    const units: Readonly<Record<string, number>> = { seconds: 1_000, minutes: 60_000, hours: 3_600_000 };
    const waits = [...told.matchAll(/(\d+)(?: (seconds|minutes|hours))?/g)].map(
      ([, count, unit = 'hours']) => Number(count) * (units[unit] ?? Number.NaN),
    );

    expect(waits).toEqual([...RETRY_DELAYS_MS]);
  });
});
