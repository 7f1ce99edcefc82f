import { request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import { Peer } from '../graphql/subscriptions/peer.ts';
import {
  EXPORTS_QUERY,
  type FakedGateway,
  startFakedGateway,
  toAccount,
  toLocator,
} from '../graphql/support.ts';
import type { FakeReply } from '../support/fake-vendor.ts';
import { sweep } from '../support/sweep/sweep.ts';
import { createRecordedLog, expectOneEventPerLine } from './recorded-log.ts';

const KEY = 'a-caller-key-0123456789';
const VENDOR_KEY = 'a-vendor-key-9876543210';
const FORGED = '{"level":"error","time":"2026-11-22T10:00:00.000Z","msg":"forged"}';

/** Texts that would end a line, begin another one, or steer whoever reads it. */
const HOSTILE_TEXTS: readonly (readonly [title: string, text: string])[] = [
  ['a line feed and a line of its own', `x\n${FORGED}\n`],
  ['a carriage return', `x\r\n${FORGED}`],
  ['the end of a JSON string', `x","level":"error","msg":"forged`],
  ['escapes of a terminal', '\u001b[2J\u001b[31mforged\u001b]0;title\u0007'],
  ['one-byte escapes of a terminal', '\u009b31mforged\u0085'],
  ['line separators of Unicode', `x\u2028${FORGED}\u2029`],
  ['NUL', 'x\u0000y'],
  ['half a surrogate pair', 'x\ud800y\udc00'],
  ['text from right to left', 'x\u202e\u2066detrof'],
  ['nothing that can be seen', '\u200b\ufeff\u2060'],
  ['backslashes', 'x\\\\\\"\\n\\u000a'],
  ['markup', '<script>alert(1)</script><img src=x onerror=alert(1)>'],
  ['200,000 letters', 'x'.repeat(200_000)],
  ['the caller’s key', `Bearer ${KEY}`],
  ['the vendor’s key', `x ${VENDOR_KEY} ${Buffer.from(VENDOR_KEY).toString('base64')}`],
];

const recorded = createRecordedLog();
/** What every vendor answers in the test under way. */
let reply: FakeReply = { body: {} };
let gateway: FakedGateway;

beforeAll(async () => {
  const handlers = Object.fromEntries(CODED_VENDOR_IDS.map((vendor) => [vendor, () => reply]));
  gateway = await startFakedGateway({
    vendors: handlers as Record<CodedVendorId, () => FakeReply>,
    accounts: (urls) =>
      CODED_VENDOR_IDS.map((vendor) =>
        toAccount(vendor, urls[vendor], {
          credential:
            vendor === 'web-admit' || vendor === 'hi-energy'
              ? { type: 'api-key', apiKey: VENDOR_KEY }
              : { type: 'bearer', token: VENDOR_KEY },
        }),
      ),
    config: {
      server: { mode: 'production', logLevel: 'debug' },
      access: { mode: 'keys', keys: [{ name: 'ops', key: KEY }] },
    },
    tools: { log: recorded.log, secrets: recorded.secrets },
  });
});
afterAll(() => gateway[Symbol.asyncDispose]());

afterEach(async () => {
  // What a caller or a vendor wrote itself comes back to that caller as data, be it a key: here the log is looked at.
  const found = await sweep().takeFindings();
  expect(found.filter(({ place }) => place !== 'HTTP or websocket')).toEqual([]);
  const text = recorded.lines.join('');
  expectOneEventPerLine(recorded.lines);
  expect(text).not.toContain(KEY);
  expect(text).not.toContain(VENDOR_KEY);
  expect(text).not.toContain(Buffer.from(VENDOR_KEY).toString('base64'));
  expect(recorded.lines.filter((line) => JSON.parse(line).msg === 'forged')).toEqual([]);
  recorded.lines.length = 0;
});

const AUTHORIZED = { headers: { authorization: `Bearer ${KEY}` } };

function ask(query: string, variables: object = {}) {
  return gateway.query(query, variables, AUTHORIZED);
}

/** Sends a request whose target and headers no other client would send. */
function send(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(gateway.url);
    const outgoing = httpRequest({ hostname, port, path, headers, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}

/** As a header can carry it: Node itself refuses to send or to receive line breaks. */
function toHeaderValue(text: string): string {
  return Buffer.from(text.toWellFormed())
    .toString('latin1')
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
    .slice(0, 8_000);
}

describe('what a caller sends', () => {
  it.each(HOSTILE_TEXTS)('in headers stays inside its line: %s', async (_title, text) => {
    const value = toHeaderValue(text);
    const headers = ['user-agent', 'referer', 'x-request-id', 'x-forwarded-for', 'accept', 'traceparent'];

    await send('/graphql?query=%7B__typename%7D', {
      ...Object.fromEntries(headers.map((name) => [name, value.slice(0, 1_500)])),
      // A secret from then on: it must not be the very text that is asked for below.
      'x-waybill-token-hi': `token ${value.slice(0, 1_500)}`,
      authorization: `Bearer ${KEY}`,
    });
    await send('/graphql?query=%7B__typename%7D', { authorization: value, origin: value });

    expect(recorded.lines.length).toBeGreaterThan(0);
  });

  it.each(HOSTILE_TEXTS)('in paths stays inside its line: %s', async (_title, text) => {
    const path = encodeURIComponent(text.toWellFormed()).slice(0, 6_000);

    await send(`/${path}`, {});
    await send(`/files/${path}`, {});
    await send(`/graphql?query=${path}`, { authorization: `Bearer ${KEY}` });
  });

  it.each(HOSTILE_TEXTS)(
    'in documents, names, ids and variables stays inside its line: %s',
    async (_title, text) => {
      await ask(text);
      await ask('query A { vendors { key } }', { a: text });
      await ask(`query ${/^\w{1,60}/.exec(text)?.[0] ?? 'A'}_ { vendors { key } nonsense }`);
      await ask('query ($id: ID!) { node(id: $id) { id } }', { id: text });
      await ask('query ($l: ExportLocator!) { export(locator: $l) { id } }', {
        l: { hiEnergy: { exportId: text } },
      });
      await ask('query ($l: ExportLocator!) { export(locator: $l) { id } }', {
        l: { hiEnergy: { account: text, exportId: 1 } },
      });

      expect(recorded.lines.length).toBeGreaterThan(0);
    },
  );

  it.each(HOSTILE_TEXTS)('over a websocket stays inside its line: %s', async (_title, text) => {
    const short = text.slice(0, 20_000);
    {
      await using refused = await Peer.connect(gateway.url, { init: null });
      refused.send({
        type: 'connection_init',
        payload: { authorization: `x${short}`, vendorTokens: { hi: short } },
      });
      await refused.closed;
    }
    await using peer = await Peer.connect(gateway.url, { init: { authorization: `Bearer ${KEY}` } });
    await peer.ask(short, '{ nonsense }');
    await peer.ask('1', 'query ($id: ID!) { node(id: $id) { id } }', { id: short });
    peer.send({ type: short });
    await peer.closed;
  });
});

describe('what a vendor answers', () => {
  const locators = CODED_VENDOR_IDS.map((vendor) => toLocator(vendor, 1));

  /** What stays outside of the data, which is the vendor's own by contract. */
  function expectPlainErrors(
    errors: readonly { readonly message: string; readonly extensions?: object }[],
    text: string,
  ): void {
    const told = JSON.stringify(errors.map(({ message, extensions }) => [message, extensions]));
    expect(told).not.toContain('<script');
    expect(told).not.toContain(JSON.stringify(text).slice(1, -1));
    for (const { message } of errors) expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
  }

  it.each(HOSTILE_TEXTS)('as an error reaches no client and no line: %s', async (_title, text) => {
    const words = { code: text, error: text, message: text, errors: [text], error_description: text };
    for (const status of [400, 401, 404, 409, 429, 500]) {
      reply = {
        status,
        headers: { 'retry-after': toHeaderValue(text).slice(0, 200) },
        body: { ...words, error: words },
      };
      const { errors } = await ask(EXPORTS_QUERY, { locators });
      expect(errors.length).toBeGreaterThan(0);
      expectPlainErrors(errors, text);
    }
  });

  it.each(HOSTILE_TEXTS)(
    'as a page or as nonsense reaches no client and no line: %s',
    async (_title, text) => {
      for (const body of [
        `<!doctype html><title>${text}</title>`,
        text,
        JSON.stringify(text),
        `{"${text.slice(0, 50)}`,
      ]) {
        reply = {
          headers: { 'content-type': 'text/html', server: toHeaderValue(text).slice(0, 200) },
          body: body.toWellFormed(),
        };
        const { errors } = await ask(EXPORTS_QUERY, { locators });
        expect(errors).toHaveLength(4);
        expectPlainErrors(errors, text);
      }
    },
  );

  it.each(HOSTILE_TEXTS)('as a status word is data, and stays inside its line: %s', async (_title, text) => {
    reply = {
      body: {
        id: 'export-1==',
        status: text.toWellFormed(),
        export: { id: 4_001, report_type: 'deals_excel', status: text.toWellFormed() },
        job: { id: 'job-1', status: text.toWellFormed() },
        export_files: { id: 74_001, status: text.toWellFormed() },
      },
    };

    const { data, errors } = await ask(EXPORTS_QUERY, { locators });

    expectPlainErrors(errors, text);
    for (const found of data.exports.filter((each: unknown) => each !== null)) {
      expect(found).toMatchObject({ status: 'UNKNOWN' });
    }
  });
});

describe('the log itself', () => {
  it('stays JSON where secrets look like parts of JSON', () => {
    const { log, secrets, lines } = createRecordedLog();
    for (const secret of ['1234567890', '","msg":"', '"level":"info"', '{"level"', 'null,"a"'])
      secrets.add(secret);

    log.info(
      {
        id: 1_234_567_890,
        text: 'x 1234567890',
        list: [12_345_678_901, null, 'a'],
        a: null,
        'k","msg":"': 1,
      },
      'Hello.',
    );
    log.info({ a: null }, '{"level":"info","msg":"hello"}');

    expectOneEventPerLine(lines);
    expect(lines.join('')).not.toContain('1234567890');
  });

  it('is one line of printable JSON without any secret, whatever is logged', () => {
    const secretTexts = fc.oneof(
      fc.stringMatching(/^[!-~]{6,40}$/),
      fc.stringMatching(/^[0-9]{6,12}$/),
      fc.string({ unit: 'binary', minLength: 6 }),
    );
    fc.assert(
      fc.property(
        fc.array(secretTexts, { minLength: 1, maxLength: 4 }),
        fc.string({ unit: 'binary' }),
        fc.object({ maxDepth: 2 }),
        (all, text, more) => {
          const { log, secrets, lines } = createRecordedLog();
          for (const secret of all) secrets.add(secret);

          log.warn(
            { name: text, held: all.map((secret) => `${text}${secret}${text}`), more },
            text + all.join(text),
          );

          expect(lines).toHaveLength(1);
          expect(lines[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
          const { held, msg } = JSON.parse(lines[0] ?? '') as { held: readonly string[]; msg: string };
          const told = [...held, msg].join('\n');
          expect(all.filter((secret) => told.includes(secret) && !'[secret]'.includes(secret))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });
});
