import { request as httpRequest, type IncomingMessage } from 'node:http';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { describe, expect, it } from 'vitest';
import { createScaledClock } from '../../simulator/scaled-clock.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { hi, type LiveGateway, startLiveGateway } from '../graphql/subscriptions/live-gateway.ts';

const WATCH = `subscription Watch($locators: [ExportLocator!]!, $after: String) {
  exportEvents(locators: $locators, after: $after) { __typename cursor export { status progress { percent } } }
}`;
const MULTIPART = 'multipart/mixed;subscriptionSpec=1.0, application/json';

/** A streamed answer, as text that grows. */
class Text implements Disposable {
  text = '';
  readonly ended: Promise<'ended' | 'cut'>;
  readonly response: IncomingMessage;

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
    });
    this.ended = new Promise((resolve) => {
      response.once('end', () => resolve('ended'));
      response.once('error', () => resolve('cut'));
    });
  }

  /** The cursors that events were given as their ids. */
  get ids(): readonly string[] {
    return [...this.text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? '');
  }

  async until(condition: (text: string) => boolean): Promise<void> {
    await expect.poll(() => condition(this.text), { timeout: 5_000 }).toBe(true);
  }

  [Symbol.dispose](): void {
    this.response.destroy();
  }
}

interface Asked {
  readonly method?: 'GET' | 'POST';
  readonly accept: string;
  readonly variables?: object;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function open(url: string, asked: Asked): Promise<Text> {
  const { method = 'POST', accept, variables = {}, query = WATCH, headers = {} } = asked;
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${url}/graphql${method === 'GET' ? `?${search}` : ''}`, {
      method,
      agent: false,
      headers: { accept, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}), ...headers },
    });
    outgoing.once('response', (response) => resolve(new Text(response)));
    outgoing.once('error', reject);
    outgoing.end(method === 'POST' ? JSON.stringify({ query, variables }) : undefined);
  });
}

const count = (text: string, part: string | RegExp): number => text.split(part).length - 1;

describe.each(['GET', 'POST'] as const)('server-sent events by %s', (method) => {
  it('carry their cursor as their id, with which Last-Event-ID resumes', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing', parts: 10 });
    gateway.say(2, { status: 'processing', parts: 10 });
    const asked = { method, accept: 'text/event-stream', variables: { locators: [hi(1), hi(2)] } };
    using witness = await open(gateway.url, asked);
    using broken = await open(gateway.url, asked);
    await Promise.all([witness, broken].map((stream) => stream.until(() => stream.ids.length === 2)));
    const last = broken.ids.at(-1) ?? '';
    broken.response.destroy();

    gateway.say(1, { status: 'completed', parts: 100 });
    await witness.until((text) => text.includes('SUCCEEDED'));
    using resumed = await open(gateway.url, { ...asked, headers: { 'last-event-id': last } });
    await resumed.until((text) => text.includes('SUCCEEDED'));

    expect(witness.text).toContain(`"cursor":"${last}"`);
    expect(resumed.ids).toEqual([witness.ids.at(-1)]);
    expect(resumed.text).not.toContain('ExportSnapshot');
  });

  it('are resumed by the argument where both are given', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    gateway.say(2, { status: 'processing' });
    const locators = [hi(1), hi(2)];
    const accept = 'text/event-stream';
    using first = await open(gateway.url, { method, accept, variables: { locators } });
    await first.until(() => first.ids.length === 2);
    gateway.say(1, { status: 'completed' });
    await first.until((text) => text.includes('SUCCEEDED'));
    const [, after = '', later = ''] = first.ids;

    const headers = { 'last-event-id': later };
    using resumed = await open(gateway.url, { method, accept, variables: { locators, after }, headers });
    await resumed.until((text) => text.includes('SUCCEEDED'));

    expect(resumed.ids).toEqual([later]);
  });

  it('refuse an id that is no cursor, and begin anew without one', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'completed' });
    const asked = { method, accept: 'text/event-stream', variables: { locators: [hi(1)] } };

    using wrong = await open(gateway.url, { ...asked, headers: { 'last-event-id': 'nonsense' } });
    using empty = await open(gateway.url, { ...asked, headers: { 'last-event-id': '' } });

    expect([await wrong.ended, await empty.ended]).toEqual(['ended', 'ended']);
    expect(wrong.text).toMatch(/"code":"BAD_USER_INPUT".*"field":"after"/);
    expect(empty.text).toContain('ExportSnapshot');
  });
});

describe('a subscription in parts', () => {
  it('is written as its protocol has it: heartbeats, events, the end', async () => {
    await using gateway = await startLiveGateway({ clock: createScaledClock(systemClock, 200) });
    gateway.say(1, { status: 'processing' });
    using stream = await open(gateway.url, { accept: MULTIPART, variables: { locators: [hi(1)] } });
    await stream.until((text) => count(text, '\r\n\r\n{}\r\n') >= 2);
    gateway.say(1, { status: 'completed' });

    expect(await stream.ended).toBe('ended');
    expect(stream.response.headers['content-type']).toBe(
      'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
    );
    const parts = stream.text.split('--graphql');
    expect(parts.at(-1)).toBe('--\r\n');
    for (const part of parts.slice(1, -1))
      expect(part).toMatch(/^\r\ncontent-type: application\/json\r\n\r\n\{.*\}\r\n$/);
    const payloads = parts.slice(1, -1).map((part) => JSON.parse(part.split('\r\n\r\n')[1] ?? ''));
    expect(payloads.filter(({ payload }) => payload).map(({ payload }) => payload.data.exportEvents)).toEqual(
      [
        expect.objectContaining({ __typename: 'ExportSnapshot' }),
        expect.objectContaining({ __typename: 'ExportStatusChanged' }),
      ],
    );
  });

  it('is followed by Apollo Client to its end', async () => {
    await using gateway = await startLiveGateway({ clock: createScaledClock(systemClock, 200) });
    gateway.say(1, { status: 'processing', parts: 10 });

    const seen = await follow(gateway, [hi(1)], (status) => {
      if (status === 'RUNNING') setTimeout(() => gateway.say(1, { status: 'completed', parts: 100 }), 200);
    });

    expect(seen).toEqual(['RUNNING', 'SUCCEEDED', 'complete']);
  });

  it('that is refused is an error to Apollo Client', async () => {
    await using gateway = await startLiveGateway();

    const seen = await follow(gateway, [{ hiEnergy: { exportId: '../7' } }], () => undefined);

    expect(seen[0]).toMatch(/locator.hiEnergy.exportId is not an id this vendor gives/);
  });

  it('is cut without an end where the gateway drains', async () => {
    await using gateway = await startLiveGateway();
    gateway.say(1, { status: 'processing' });
    using stream = await open(gateway.url, { accept: MULTIPART, variables: { locators: [hi(1)] } });
    await stream.until((text) => text.includes('ExportSnapshot'));

    await gateway.gateway.drain();

    expect(await stream.ended).toBe('cut');
    expect(stream.text).not.toContain('--graphql--');
  });
});

/** What Apollo's client makes of a subscription over HTTP: each status, and how it ended. */
function follow(
  { url }: LiveGateway,
  locators: readonly object[],
  onStatus: (status: string) => void,
): Promise<readonly string[]> {
  const link = new HttpLink({ uri: `${url}/graphql` });
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const seen: string[] = [];
  return new Promise((resolve) => {
    const end = (how: string): void => {
      seen.push(how);
      client.stop();
      resolve(seen);
    };
    client
      .subscribe<{ exportEvents: { export: { status: string } } }>({
        query: gql`
          subscription Watch($locators: [ExportLocator!]!) {
            exportEvents(locators: $locators) { export { id status } }
          }
        `,
        variables: { locators },
      })
      .subscribe({
        next: ({ data, error }) => {
          if (error !== undefined) return end(error.message);
          const status = data?.exportEvents.export.status ?? '';
          seen.push(status);
          onStatus(status);
        },
        error: (error: Error) => end(error.message),
        complete: () => end('complete'),
      });
  });
}

describe('what nobody can be answered with', () => {
  it.each([
    ['text/html', '{ __typename }'],
    ['application/xml, text/plain;q=0.5', '{ __typename }'],
    ['application/json;charset=utf-16', '{ __typename }'],
    ['application/json;q=0', '{ __typename }'],
    ['multipart/mixed', '{ __typename }'],
    ['application/json', WATCH],
    ['application/graphql-response+json', WATCH],
    ['*/*', WATCH],
  ])('is refused with 406, says what is spoken, and runs nothing: %s for %s', async (accept, query) => {
    await using gateway = await startLiveGateway();
    for (const method of ['GET', 'POST'] as const) {
      using answer = await open(gateway.url, { method, accept, query, variables: { locators: [hi(1)] } });
      await answer.ended;

      expect(answer.response.statusCode).toBe(406);
      expect(JSON.parse(answer.text)).toEqual({
        errors: [
          {
            message: expect.stringContaining('text/event-stream'),
            extensions: {
              code: 'NOT_ACCEPTABLE',
              retryable: false,
              requestId: answer.response.headers['x-request-id'],
            },
          },
        ],
      });
    }
    expect(gateway.vendor.requests).toEqual([]);
  });
});

describe('a GET whose parameters cannot be read', () => {
  it.each([
    'variables={',
    'variables=[]',
    'variables=7',
    'variables="x"',
    'extensions={',
    'extensions=[]',
    'extensions=nonsense',
  ])('is the caller’s fault, and logged as nobody’s: %s', async (parameter) => {
    await using gateway = await startLiveGateway();

    const response = await fetch(`${gateway.url}/graphql?query={__typename}&${parameter}`);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    expect(gateway.log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
  });
});

describe('automatic persisted queries, where nobody keeps any', () => {
  it.each([true, false])('fall back to the text in Apollo Client, by GET: %s', async (byGet) => {
    await using gateway = await startLiveGateway();
    const sha256 = async (text: string) =>
      Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex');
    const asked: string[] = [];
    const client = new ApolloClient({
      link: ApolloLink.from([
        new PersistedQueryLink({ sha256, useGETForHashedQueries: byGet }),
        new HttpLink({
          uri: `${gateway.url}/graphql`,
          fetch: (target, init) => {
            asked.push(init?.method ?? 'GET');
            return fetch(target, init);
          },
        }),
      ]),
      cache: new InMemoryCache(),
    });

    const first = await client.query({ query: gql`{ vendors { id key } }` });
    const second = await client.query({ query: gql`{ vendors { id name } }` });
    client.stop();

    expect(first.data).toMatchObject({
      vendors: expect.arrayContaining([expect.objectContaining({ key: 'talkdesk' })]),
    });
    expect(second.error).toBeUndefined();
    // The hash, the text; and then the text alone.
    expect(asked).toHaveLength(3);
  });
});
