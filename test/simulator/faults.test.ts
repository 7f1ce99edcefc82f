import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, type FaultOrder } from '../../simulator/faults.ts';
import { createManualClock, settle } from '../support/manual-clock.ts';
import { call, createToyFile, startToy, TOY_ANSWER } from './toy-vendor.ts';

/** A server where one fault waits for the next call. */
async function startWithFault(order: Omit<FaultOrder, 'vendor'>) {
  const clock = createManualClock();
  const { simulators, toy } = await startToy({ clock });
  simulators.faults.order({ vendor: 'talkdesk', ...order });
  return {
    clock,
    toy,
    simulators,
    target: `${simulators.url}/talkdesk/data/reports/calls/jobs/1`,
    [Symbol.asyncDispose]: () => simulators[Symbol.asyncDispose](),
  };
}

describe('a fault ordered', () => {
  it.each([400, 401, 403, 404, 500, 503, 599])(
    '"status" is an error %i in the vendor\'s own words',
    async (status) => {
      await using broken = await startWithFault({ kind: 'status', status });

      const answer = await call(broken.target);

      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.text)).toEqual({ code: String(status), message: 'as Talkdesk says it' });
      expect(answer.headers['retry-after']).toBeUndefined();
      expect(broken.toy.requests).toHaveLength(0);
    },
  );

  it('"status" carries Retry-After when asked for', async () => {
    await using broken = await startWithFault({ kind: 'status', status: 503, retryAfterSeconds: 0 });

    expect((await call(broken.target)).headers['retry-after']).toBe('0');
  });

  it.each([
    [undefined, '5'],
    [120, '120'],
  ])('"throttle" is 429 with Retry-After (%s)', async (retryAfterSeconds, expected) => {
    await using broken = await startWithFault({ kind: 'throttle', retryAfterSeconds });

    const answer = await call(broken.target);

    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe(expected);
    expect(JSON.parse(answer.text)).toMatchObject({ code: '429' });
  });

  it('"html" is a 502 page', async () => {
    await using broken = await startWithFault({ kind: 'html' });

    const answer = await call(broken.target);

    expect(answer.status).toBe(502);
    expect(answer.headers['content-type']).toBe('text/html');
    expect(answer.text).toContain('<h1>502 Bad Gateway</h1>');
  });

  it('"garbage" is 200 with what is neither JSON nor UTF-8', async () => {
    await using broken = await startWithFault({ kind: 'garbage' });

    const answer = await call(broken.target);

    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(() => JSON.parse(answer.text)).toThrow(SyntaxError);
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(answer.bytes)).toThrow();
  });

  it('"truncated" is the first half of the true answer, sent as if it were whole', async () => {
    await using broken = await startWithFault({ kind: 'truncated' });

    const answer = await call(broken.target);

    const whole = JSON.stringify(TOY_ANSWER);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(whole.slice(0, whole.length / 2));
  });

  it('"empty" is 200 with nothing', async () => {
    await using broken = await startWithFault({ kind: 'empty' });

    expect(await call(broken.target)).toMatchObject({ status: 200, text: '' });
  });

  it('"null" is 200 with null', async () => {
    await using broken = await startWithFault({ kind: 'null' });

    expect(await call(broken.target)).toMatchObject({ status: 200, text: 'null' });
  });

  it('"huge" is 50 MB of JSON that would parse', async () => {
    await using broken = await startWithFault({ kind: 'huge' });

    const answer = await call(broken.target);

    expect(answer.bytes.length).toBeGreaterThan(50_000_000);
    expect(JSON.parse(answer.text).value.length).toBeGreaterThan(40_000);
  });

  it('"huge" can be left in the middle', async () => {
    await using broken = await startWithFault({ kind: 'huge' });

    const answer = await request(broken.target);
    answer.body.destroy();
    answer.body.on('error', () => undefined);

    expect((await call(broken.target)).text).toBe(JSON.stringify(TOY_ANSWER));
  });

  it('"gzip-bomb" is half a megabyte that unpacks to 512 MB', async () => {
    await using broken = await startWithFault({ kind: 'gzip-bomb' });

    const answer = await call(broken.target);

    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.bytes.length).toBeLessThan(600_000);
    expect(await countUnpacked(answer.bytes)).toBe(64 * 8 * 1024 * 1024 + 2);
  });

  it('"hang" never answers', async () => {
    await using broken = await startWithFault({ kind: 'hang' });

    const leaving = new AbortController();
    let outcome = 'waiting';
    const pending = request(broken.target, { signal: leaving.signal }).then(
      () => (outcome = 'answered'),
      (error: Error) => (outcome = error.name),
    );
    await expect.poll(() => broken.simulators.faults.list()).toHaveLength(0);
    const next = await call(broken.target);
    await broken.clock.advance(3_600_000);

    expect(next.status).toBe(200);
    expect(outcome).toBe('waiting');
    leaving.abort();
    expect(await pending).toBe('AbortError');
  });

  it('"slow" is the true answer after its delay', async () => {
    await using broken = await startWithFault({ kind: 'slow', delayMs: 2_000 });
    let status: number | undefined;
    const pending = call(broken.target).then((answer) => {
      status = answer.status;
      return answer;
    });
    await expect.poll(() => broken.clock.pending).toBe(1);

    await broken.clock.advance(1_999);
    await settle();
    const early = status;
    await broken.clock.advance(1);

    expect(early).toBeUndefined();
    expect((await pending).text).toBe(JSON.stringify(TOY_ANSWER));
  });

  it('any other kind comes late with "delayMs"', async () => {
    await using broken = await startWithFault({ kind: 'null', delayMs: 500 });
    const pending = call(broken.target);
    await expect.poll(() => broken.clock.pending).toBe(1);

    await broken.clock.advance(500);

    expect((await pending).text).toBe('null');
  });

  it('"reset" resets the connection', async () => {
    await using broken = await startWithFault({ kind: 'reset' });

    await expect(call(broken.target)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('"half-body" dies in the middle of the true answer', async () => {
    await using broken = await startWithFault({ kind: 'half-body' });

    const answer = await request(broken.target);
    const chunks: Buffer[] = [];
    const reading = (async () => {
      for await (const chunk of answer.body) chunks.push(chunk);
    })();

    await expect(reading).rejects.toThrow();
    expect(answer.headers['content-length']).toBe(String(JSON.stringify(TOY_ANSWER).length));
    const received = Buffer.concat(chunks).toString();
    expect(received.length).toBeLessThan(JSON.stringify(TOY_ANSWER).length);
    expect(JSON.stringify(TOY_ANSWER).startsWith(received)).toBe(true);
  });

  it('"token-expired" is 401 in the vendor\'s own words, and nothing is done', async () => {
    await using broken = await startWithFault({ kind: 'token-expired' });

    const answer = await call(broken.target);

    expect(answer).toMatchObject({
      status: 401,
      text: JSON.stringify({ code: '401', message: 'as Talkdesk says it' }),
    });
    expect(broken.toy.requests).toHaveLength(0);
  });

  it('"simulate" is the true answer, as if the caller had sent the header', async () => {
    await using broken = await startWithFault({ kind: 'simulate', words: 'failed', call: 'status' });

    const answers = [await call(broken.target), await call(broken.target)];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(broken.toy.requests.map(({ headers }) => headers['x-simulate'])).toEqual(['failed', undefined]);
  });

  it('has a test for each kind, here or where answers are lost', () => {
    expect(Object.keys(FAULT_KINDS)).toHaveLength(20);
  });
});

describe('where and how often a fault strikes', () => {
  it('is once, unless told otherwise', async () => {
    await using broken = await startWithFault({ kind: 'null' });

    expect([(await call(broken.target)).text, (await call(broken.target)).text]).toEqual([
      'null',
      JSON.stringify(TOY_ANSWER),
    ]);
  });

  it('is as often as told, then never again', async () => {
    await using broken = await startWithFault({ kind: 'throttle', times: 3 });

    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) statuses.push((await call(broken.target)).status);

    expect(statuses).toEqual([429, 429, 429, 200, 200]);
    expect(broken.simulators.faults.list()).toEqual([]);
  });

  it('is in the order of the orders', async () => {
    await using broken = await startWithFault({ kind: 'null' });
    broken.simulators.faults.order({ vendor: 'talkdesk', kind: 'html' });

    const first = await call(broken.target);
    const second = await call(broken.target);

    expect([first.text, second.status]).toEqual(['null', 502]);
  });

  it('is nowhere near tokens without a path', async () => {
    await using broken = await startWithFault({ kind: 'status', status: 500 });

    const token = await call(`${broken.simulators.url}/talkdesk/oauth/token`, { method: 'POST' });
    const status = await call(broken.target);

    expect([token.status, status.status]).toEqual([200, 500]);
  });

  it('is at tokens when their path is named', async () => {
    await using broken = await startWithFault({ kind: 'status', status: 500, pathPrefix: '/oauth/' });

    const status = await call(broken.target);
    const token = await call(`${broken.simulators.url}/talkdesk/oauth/token`, { method: 'POST' });

    expect([status.status, token.status]).toEqual([200, 500]);
  });

  it('is only where the path includes what was named', async () => {
    await using broken = await startWithFault({ kind: 'null', pathIncludes: '/files/' });

    const job = await call(broken.target);
    const file = await call(broken.target.replace('/jobs/', '/files/'));

    expect([job.text, file.text]).toEqual([JSON.stringify(TOY_ANSWER), 'null']);
  });

  it.each(['start', 'cancel', 'status', 'list', 'file', 'token'] as const)(
    'is at calls of the kind "%s" alone when told so',
    async (kind) => {
      await using broken = await startWithFault({ kind: 'status', status: 599, call: kind });
      const mount = `${broken.simulators.url}/talkdesk`;
      const calls = {
        start: ['POST', '/data/reports/calls/jobs'],
        cancel: ['DELETE', '/data/reports/calls/files/1'],
        status: ['GET', '/data/reports/calls/jobs/1'],
        list: ['GET', '/data/reports/calls/jobs'],
        file: ['GET', '/data/reports/calls/files/1'],
        token: ['POST', '/oauth/token'],
      } as const;

      const struck: string[] = [];
      for (const [name, [method, path]] of Object.entries(calls))
        if ((await call(`${mount}${path}`, { method })).status === 599) struck.push(name);

      expect(struck).toEqual([kind]);
    },
  );

  it('is taken back by who ordered it, unless it has struck', async () => {
    await using broken = await startWithFault({ kind: 'null' });
    const { faults } = broken.simulators;
    const second = faults.order({ vendor: 'talkdesk', kind: 'html' });

    faults.withdraw(second);
    faults.withdraw(second);

    expect(faults.list()).toMatchObject([{ kind: 'null' }]);
  });

  it('can be the file store, also half-way through a file', async () => {
    await using server = await startToy();
    const file = createToyFile();
    const link = server.toy.surroundings().files.presign(file, 60_000, 'v4');
    server.simulators.faults.order({ vendor: 'files-store', kind: 'half-body' });
    server.simulators.faults.order({ vendor: 'files-store', kind: 'status', status: 503 });

    await expect(call(link)).rejects.toThrow();
    const unavailable = await call(link);

    expect(unavailable.status).toBe(503);
    expect((await call(link)).bytes).toHaveLength((await file.bytes()).length);
  });

  it('is nowhere once cleared', async () => {
    await using broken = await startWithFault({ kind: 'null', times: 100 });

    broken.simulators.faults.clear();

    expect((await call(broken.target)).text).toBe(JSON.stringify(TOY_ANSWER));
  });
});

/** How large it would be, without ever holding it. */
async function countUnpacked(bytes: Buffer): Promise<number> {
  let length = 0;
  for await (const chunk of Readable.from([bytes]).pipe(createGunzip({ chunkSize: 1024 * 1024 })))
    length += chunk.length;
  return length;
}

describe('a fault ordered for a while', () => {
  const startOutage = (further: object = {}) =>
    startWithFault({ kind: 'status', status: 503, forSeconds: 30, ...further });

  it('meets every call until its time is over, by the real clock', async () => {
    await using broken = await startOutage();
    const ask = async () => (await call(broken.target)).status;

    const during = [await ask(), await ask(), await ask()];
    await broken.clock.advance(29_999);
    const last = await ask();
    await broken.clock.advance(1);
    const after = await ask();

    expect([...during, last, after]).toEqual([503, 503, 503, 503, 200]);
  });

  it('ends sooner where it was ordered for a number of calls, too', async () => {
    await using broken = await startOutage({ times: 2 });
    const ask = async () => (await call(broken.target)).status;

    expect([await ask(), await ask(), await ask()]).toEqual([503, 503, 200]);
    expect(broken.simulators.faults.list()).toEqual([]);
  });

  it('is listed with its end, and no longer once that is over', async () => {
    await using broken = await startOutage();
    const endsAt = broken.clock.now() + 30_000;

    const before = [...broken.simulators.faults.list()];
    await broken.clock.advance(30_000);

    expect(before).toEqual([{ vendor: 'talkdesk', kind: 'status', status: 503, forSeconds: 30, endsAt }]);
    expect(broken.simulators.faults.list()).toEqual([]);
  });

  it('keeps its time where the simulators run faster', async () => {
    const clock = createManualClock();
    await using toy = await startToy({ clock, speed: 10 });
    toy.simulators.faults.order({ vendor: 'talkdesk', kind: 'null', forSeconds: 30 });

    await clock.advance(29_000);

    expect(toy.simulators.faults.list()).toHaveLength(1);
  });

  it('lets a fault that was ordered later strike when it is over', async () => {
    await using broken = await startOutage();
    broken.simulators.faults.order({ vendor: 'talkdesk', kind: 'throttle' });

    const during = (await call(broken.target)).status;
    await broken.clock.advance(30_000);
    const after = (await call(broken.target)).status;

    expect([during, after]).toEqual([503, 429]);
  });
});
