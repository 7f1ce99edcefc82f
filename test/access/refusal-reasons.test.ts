import { readFile } from 'node:fs/promises';
import { generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Peer } from '../graphql/subscriptions/peer.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';

const HOUR_MS = 3_600_000;
const soon = (ms = HOUR_MS): number => Math.floor((Date.now() + ms) / 1_000);

let issuer: Issuer;
let gateway: TestGateway;
beforeAll(async () => {
  issuer = await startIssuer();
  gateway = await startTestGateway({ config: { access: issuer.access } });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const good = (changes: object = {}) => issuer.sign({ expiresAt: Date.now() + HOUR_MS, ...changes });

/** Signed with a key of somebody else's, under the name of one that is published or not. */
async function signElsewhere(keyId: string, algorithm = 'ES256', claims: JWTPayload = {}): Promise<string> {
  const { privateKey } = await generateKeyPair(algorithm);
  return new SignJWT({
    tenant: 'acme',
    exp: soon(),
    iss: 'https://id.example.com/',
    aud: 'waybill',
    ...claims,
  })
    .setProtectedHeader({ alg: algorithm, kid: keyId })
    .sign(privateKey);
}

async function ask(token: string | undefined) {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const before = gateway.log.lines.length;
  const answer = await gateway.query('{ accounts { key } }', {}, { headers });
  const refusals = gateway.log.lines
    .slice(before)
    .filter(({ message }) => message === 'A request was refused.');
  return { answer, refusals };
}

describe('the log says of a refused token which check it failed', () => {
  it.each<[string, string, () => Promise<string | undefined>]>([
    ['no_credential', 'no token', async () => undefined],
    ['malformed', 'garbage', async () => 'garbage'],
    ['malformed', 'three parts of garbage', async () => 'a.b.c'],
    ['signature', 'a signature of another key', () => signElsewhere('first')],
    ['unknown_key_id', 'a key id that is not published', () => signElsewhere('nobodys')],
    ['algorithm', 'an algorithm that is not in the list', () => signElsewhere('first', 'ES384')],
    ['expired', 'a token that is over', () => good({ expiresAt: Date.now() - HOUR_MS })],
    ['issuer', 'another issuer', () => good({ issuer: 'https://id.example.org/' })],
    ['audience', 'another audience', () => good({ audience: 'somebody-else' })],
    ['tenant_claim_missing', 'no tenant claim', () => good({ tenant: undefined })],
    ['tenant_claim_invalid', 'an empty tenant claim', () => good({ tenant: '' })],
    ['tenant_claim_invalid', 'a tenant claim that is no text', () => good({ tenant: ['acme'] })],
    ['no_expiry', 'no end', () => good({ claims: { exp: undefined } })],
    ['not_yet_valid', 'a later beginning', () => good({ claims: { nbf: soon() } })],
    ['malformed', 'a beginning that is no time', () => good({ claims: { nbf: 'soon' } })],
  ])('%s: %s', async (why, _what, make) => {
    const token = await make();

    const { answer, refusals } = await ask(token);

    expect(refusals.map(({ level, fields }) => ({ level, ...fields }))).toEqual([
      expect.objectContaining({ level: 'info', reason: 'unauthenticated', why, transport: 'http' }),
    ]);
    expect(answer.status).toBe(401);
    const told = JSON.stringify(answer);
    expect(told).not.toContain(why);
    if (token !== undefined) expect(JSON.stringify(refusals)).not.toContain(token);
  });

  it('and tells the caller the same whatever it was', async () => {
    const tokens = [await signElsewhere('first'), 'garbage', await good({ tenant: undefined })];
    const messages = await Promise.all(
      tokens.map(async (token) => (await ask(token)).answer.errors[0]?.message),
    );

    expect(new Set(messages)).toEqual(new Set(['This key or token is not good here, or not any more.']));
  });

  it('over a websocket too, when it opens and when its access is renewed', async () => {
    const whys = () =>
      gateway.log.lines.flatMap(({ fields }) => (fields.transport === 'websocket' ? [fields.why] : []));
    await using refused = new Peer(gateway.url);
    await refused.opened;
    refused.send({ type: 'connection_init', payload: { authorization: 'Bearer garbage' } });
    expect((await refused.closed).code).toBe(4403);
    expect(whys()).toEqual(['malformed']);

    await using peer = new Peer(gateway.url);
    await peer.opened;
    peer.send({ type: 'connection_init', payload: { authorization: `Bearer ${await good()}` } });
    await peer.next(({ type }) => type === 'connection_ack');
    peer.send({ type: 'ping', payload: { authorization: `Bearer ${await good({ audience: 'other' })}` } });
    await peer.next(({ type }) => type === 'pong');
    expect(whys()).toEqual(['malformed', 'audience']);
  });

  it('key_set_unreachable: the issuer publishes no keys', async () => {
    await using other = await startIssuer();
    other.answer({ status: 503, body: {} });
    await using cutOff = await startTestGateway({ config: { access: other.access } });
    const token = await other.sign({ expiresAt: Date.now() + HOUR_MS });

    const { status } = await cutOff.query(
      '{ accounts { key } }',
      {},
      { headers: { authorization: `Bearer ${token}` } },
    );

    expect(status).toBe(503);
    expect(cutOff.log.lines.map(({ fields }) => fields)).toContainEqual(
      expect.objectContaining({ reason: 'access_unavailable', why: 'key_set_unreachable' }),
    );
  });
});

describe('the log says of a refused key', () => {
  it('that none has it, or that none was sent', async () => {
    const access = { mode: 'keys', keys: [{ name: 'ui', key: 'the-key-of-ui' }] };
    await using keyed = await startTestGateway({ config: { access } });

    await keyed.query('{ accounts { key } }', {}, { headers: { authorization: 'Bearer another-key' } });
    await keyed.query('{ accounts { key } }');

    expect(keyed.log.lines.flatMap(({ fields }) => fields.why ?? [])).toEqual([
      'unknown_key',
      'no_credential',
    ]);
  });
});

describe('docs/configuration.md', () => {
  it('has a row for every check that the source knows, and no other', async () => {
    const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
    const sources = [await read('src/access/jwt.ts'), await read('src/access/authenticate.ts')].map(
      (source) => /export type \w+Fault =\n(.*?);\n/s.exec(source)?.[1] ?? '',
    );
    const known = sources.flatMap((source) => [...source.matchAll(/\| '(\w+)'/g)].map(([, word]) => word));
    const [, section = ''] =
      /#### When a key or token is refused\n(.*?)\n\*\*/s.exec(await read('docs/configuration.md')) ?? [];
    const documented = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, word]) => word);

    expect(known).toHaveLength(14);
    expect(documented.filter((word) => word !== 'why').sort()).toEqual(known.sort());
  });
});
