import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { REFUSED_LINKS } from '../http/refused-links.ts';
import { callsTo, type FilesGateway, LINKING, open, openRaw, startFilesGateway } from './files-support.ts';

let gateway: FilesGateway;
beforeAll(async () => {
  gateway = await startFilesGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());
afterEach(() => {
  Object.assign(gateway.play, { lives: [25_000], link: undefined });
});

describe.each(LINKING)('opening a file of %s', (vendor) => {
  it.each(['GET', 'HEAD'])('by %s leads to the link minted just now, byte for byte', async (method) => {
    const url = await gateway.link(vendor);
    const before = callsTo(gateway, vendor);

    const answer = await openRaw(url, { method });

    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe(gateway.minted.at(-1));
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-length': '0',
    });
    expect(answer.body).toHaveLength(0);
    expect(callsTo(gateway, vendor) - before).toBe(1);
  });

  it('twice at once asks twice and gives each its own link', async () => {
    const url = await gateway.link(vendor);
    const before = callsTo(gateway, vendor);

    const answers = await Promise.all([open(url), open(url)]);

    const locations = answers.map(({ headers }) => headers.get('location'));
    expect(new Set(locations).size).toBe(2);
    expect(callsTo(gateway, vendor) - before).toBe(2);
  });

  it('after a read still asks anew', async () => {
    const url = await gateway.link(vendor);
    const known = new Set(gateway.minted);

    const { headers } = await open(url);

    expect(known.has(headers.get('location') ?? '')).toBe(false);
  });
});

describe('a link that is about to end', () => {
  it.each(LINKING)('is given out by %s while it has five seconds left', async (vendor) => {
    const url = await gateway.link(vendor);
    // Links say whole seconds, so up to one of them is lost.
    gateway.play.lives = [6_100];
    const before = callsTo(gateway, vendor);

    expect((await open(url)).status).toBe(302);
    expect(callsTo(gateway, vendor) - before).toBe(1);
  });

  it.each(LINKING)('is asked of %s once more', async (vendor) => {
    const url = await gateway.link(vendor);
    gateway.play.lives = [4_000, 25_000];
    const before = callsTo(gateway, vendor);

    const { status, headers } = await open(url);

    expect(status).toBe(302);
    expect(headers.get('location')).toBe(gateway.minted.at(-1));
    expect(callsTo(gateway, vendor) - before).toBe(2);
  });

  it.each(LINKING)('is not given out where %s has no better one', async (vendor) => {
    const url = await gateway.link(vendor);
    gateway.play.lives = [4_000];
    const before = callsTo(gateway, vendor);

    const { status, headers } = await open(url);

    expect(status).toBe(502);
    expect(headers.get('location')).toBeNull();
    expect(headers.get('retry-after')).toBe('5');
    expect(callsTo(gateway, vendor) - before).toBe(2);
  });
});

describe('a link that may not be followed', () => {
  const wires = REFUSED_LINKS.filter(
    ({ rules, addresses }) => rules === undefined && addresses === undefined,
  );

  it.each(wires)('leads nobody anywhere: $title', async ({ link }) => {
    const url = await gateway.link('hi-energy');
    gateway.play.link = link;

    const { status, headers, body } = await openRaw(url);

    // No link at all counts as a file that was dropped.
    expect([410, 502]).toContain(status);
    expect(headers.location).toBeUndefined();
    expect(link.length < 10 || !body.toString().includes(link)).toBe(true);
  });

  it.each(LINKING)('is 502 from %s, with the reason in the log and the link nowhere', async (vendor) => {
    const url = await gateway.link(vendor);
    gateway.play.link = 'https://evil.example/canary-path?Signature=canary-signature';

    const { status, body } = await openRaw(url);

    expect(status).toBe(502);
    const log = JSON.stringify(gateway.log.lines);
    expect(log).toContain('"refusal":"host"');
    expect(`${body}${log}`).not.toMatch(/canary|evil/);
  });
});
