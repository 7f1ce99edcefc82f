import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toSecret } from './cast.ts';
import type { Ledger } from './ledger.ts';
import type { Owner, Owners } from './owners.ts';
import { Remembered } from './remembered.ts';
import type { StepClock } from './step-clock.ts';
import { ANSWERS, type Answer, toCanary, toFileText } from './vendor-answers.ts';
import { playFault, type Spell } from './vendor-faults.ts';
import { findJob, JOBS_PER_GENERATION, type Job, tenantOf, toSharedNumber } from './vendor-jobs.ts';
import { answerOrder, type GivenCallback, inspectOrder } from './vendor-orders.ts';

/** All four vendors on one port, with their token endpoint and file store. */
export interface CanaryVendor extends AsyncDisposable {
  readonly url: string;
  /** What the next calls of an account meet, by `Owner.scope`. */
  readonly spells: Map<string, Spell>;
  readonly startedAt: number;
  /** Links of the gateway's that came with orders, the latest ones. */
  readonly callbacks: Remembered<GivenCallback>;
}

export interface CanaryVendorParts {
  readonly owners: Owners;
  readonly clock: StepClock;
  readonly ledger: Ledger;
}

/** Exports that a list call tells of. */
const LISTED = 12;
/** Tokens live so long that the vendors' adapters renew them several times in a schedule. */
const TOKEN_SECONDS = 400;

/** Starts the vendors: each call is answered for the credential it carries, and one that it should not carry is reported. */
export async function startCanaryVendor({ owners, clock, ledger }: CanaryVendorParts): Promise<CanaryVendor> {
  const spells = new Map<string, Spell>();
  const callbacks = new Remembered<GivenCallback>();
  const startedAt = clock.now();
  let url = '';

  async function answerCall(
    request: IncomingMessage,
    response: ServerResponse,
    area: string,
    parts: string[],
  ): Promise<void> {
    const body = request.method === 'POST' ? await readBody(request) : '';
    const vendor = vendorOf(parts);
    const owner = owners.whose(area, vendor, request.headers);
    if (owner === undefined) {
      // A revoked access token is the one credential that may be of no use.
      if (!/^Bearer access-token-/.test(request.headers.authorization ?? ''))
        ledger.report('vendor', `a call without a credential that is good there: ${request.url}`);
      send(response, { status: 401, body: { error: { code: 'unauthorized' } } });
      return;
    }
    checkIds(owner, parts);
    if (request.method === 'POST') {
      const callback = inspectOrder(ledger, owner, body);
      if (callback !== undefined) callbacks.add(callback);
    }
    const answer = (): void => {
      if (response.destroyed) return;
      const now = clock.now();
      const asked = { owner, parts, store: `${url}/store`, now, findJob: find(owner), listed: list(owner) };
      if (request.method === 'POST')
        send(response, answerOrder(asked, body, toSharedNumber(now, startedAt, 0)));
      else if (request.method === 'DELETE') send(response, { status: 204 });
      else send(response, ANSWERS[vendor](asked));
    };
    const spell = spells.get(owner.scope);
    if (spell === undefined) {
      answer();
      return;
    }
    spell.left -= 1;
    if (spell.left <= 0) spells.delete(owner.scope);
    ledger.counts.faults += 1;
    playFault(spell, { response, clock, text: toCanary(owner, 'error'), answer });
  }

  function checkIds(owner: Owner, parts: readonly string[]): void {
    for (const part of parts) {
      const [digits] = /\d{7,18}$/.exec(part) ?? [];
      const allowed = digits === undefined ? undefined : tenantOf(Number(digits));
      if (allowed !== undefined && allowed !== owner.tenant)
        ledger.report('vendor', `${owner.name} was asked for ${part}, which is for ${allowed}`);
    }
  }

  const find =
    (owner: Owner) =>
    (number: number): Job =>
      findJob(owner, number, clock.now(), startedAt);

  function list(owner: Owner): readonly Job[] {
    const newest = toSharedNumber(clock.now(), startedAt, 0);
    return Array.from({ length: LISTED }, (_, n) => find(owner)(newest + ((n * 3) % JOBS_PER_GENERATION)));
  }

  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const [first = '', ...rest] = path.split('/').slice(1).map(decodeURIComponent);
    if (first === 'store') {
      answerFile(request, response, owners, ledger, rest);
      return;
    }
    ledger.counts.vendorCalls += 1;
    if (first === 'token') return void answerToken(request, response, owners, ledger, rest);
    const isOwnArea = /^own\d$/.test(first);
    void answerCall(request, response, isOwnArea ? first : '', isOwnArea ? rest : [first, ...rest]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    spells,
    startedAt,
    callbacks,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Two vendors have the same beginnings of paths. */
function vendorOf(parts: readonly string[]): Owner['vendor'] {
  if (parts[0] === 'v1.0') return 'power-bi';
  if (parts[0] === 'data') return 'talkdesk';
  return parts[2] === 'user_identities' || parts[4] === 'export_files' ? 'web-admit' : 'hi-energy';
}

async function answerToken(
  request: IncomingMessage,
  response: ServerResponse,
  owners: Owners,
  ledger: Ledger,
  [name = '']: readonly string[],
): Promise<void> {
  const form = new URLSearchParams(await readBody(request));
  const [id, secret] = (request.headers.authorization ?? '').startsWith('Basic ')
    ? Buffer.from((request.headers.authorization ?? '').slice(6), 'base64')
        .toString()
        .split(':')
    : [form.get('client_id'), form.get('client_secret')];
  const owner = owners.find(name);
  if (owner === undefined || id !== `client-${name}` || secret !== toSecret(name)) {
    ledger.report('vendor', `the token endpoint of ${name} was asked with ${id}`);
    return send(response, { status: 401, body: { error: 'invalid_client' } });
  }
  const token = owners.issueToken(owner);
  send(response, { body: { access_token: token, token_type: 'Bearer', expires_in: TOKEN_SECONDS } });
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const piece of request) body += String(piece);
  return body;
}

/** A presigned link needs no credential, and must get none. */
function answerFile(
  { headers }: IncomingMessage,
  response: ServerResponse,
  owners: Owners,
  ledger: Ledger,
  [name = '', number]: readonly string[],
): void {
  if (headers.authorization !== undefined || headers['x-api-key'] !== undefined)
    ledger.report('file store', `a credential was sent along to the files of ${name}`);
  const owner = owners.find(name);
  const type = { 'content-type': 'text/csv', 'last-modified': 'Sun, 22 Nov 2026 10:00:00 GMT' };
  if (owner === undefined) send(response, { status: 404 });
  else send(response, { headers: type, body: toFileText(owner, Number(number)) });
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: Answer): void {
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  const type: Record<string, string> = typeof body === 'object' ? { 'content-type': 'application/json' } : {};
  response.writeHead(status, { ...type, ...headers }).end(text);
}
