import { request as sendRequest } from 'undici';
import { toText } from './ask.ts';
import type { Caller } from './cast.ts';
import { nameExport } from './ids.ts';
import { halvesOf } from './links.ts';
import { toCode } from './owners.ts';
import type { Step } from './step.ts';
import { NEVER_FROM } from './vendor-jobs.ts';
import type { FileLink, World } from './world.ts';

/** What a link that works may be answered with; trouble at the vendor is part of every schedule. */
const ANSWERS: ReadonlySet<number> = new Set([200, 302, 403, 404, 409, 410, 502, 503]);

/** Opens a link that somebody was given. Whoever opens it, with whatever key, it is that one file of that one credential. */
export async function download({ world, caller, dice }: Step): Promise<void> {
  const link = world.links.pick(dice.next());
  if (link === undefined) return;
  const { status, text, location } = await open(world, link.url, dice.next() < 0.5 ? caller : null);
  const expectation = expect(world, link);
  world.ledger.inspect('file', text, expectation);
  if (!ANSWERS.has(status)) world.ledger.report('file', `a file link was answered with ${status}`, text);
  if (status === 200) checkContent(world, link, text);
  if (status !== 302) return;
  world.ledger.counts.downloads += 1;
  if (dice.next() > 0.3) return;
  const stored = await sendRequest(location);
  const content = await stored.body.text();
  world.ledger.inspect('stored file', content, expectation);
  if (!content.includes(`CANARY-${link.owner}-`))
    world.ledger.report('stored file', 'it is not the one of the link', content);
}

/** Opens what is nearly a link: another's halves, a swapped statement, a cut or longer text. Nobody must be asked. */
export async function tamper({ world, caller, dice }: Step): Promise<void> {
  const one = world.links.pick(dice.next());
  const other = world.links.pick(dice.next());
  if (one === undefined || other === undefined) return;
  const [payload, signature] = halvesOf(one.url);
  const [otherPayload, otherSignature] = halvesOf(other.url);
  const swapped = swap(payload, otherPayload);
  const tokens = [
    `${swapped}.${signature}`,
    `${swapped}.${otherSignature}`,
    `${payload}.${signature.slice(0, -1)}`,
    `${payload}${payload}.${signature}`,
    `${payload}.`,
    `${swapped}`,
  ];
  const token = tokens[Math.floor(dice.next() * tokens.length)] as string;
  const { status, text } = await open(world, `${world.url}/files/${token}`, caller);
  world.ledger.counts.refusedLinks += 1;
  world.ledger.inspect('refused file', text, world.owners.expect(caller));
  if (status !== 404) world.ledger.report('refused file', `a made-up link was answered with ${status}`, text);
}

/** The statement of one link, about an export that nobody may ask for, in the name of the other one's tenant. */
function swap(payload: string, other: string): string {
  const [, , , index, expiresAt] = read(payload);
  const [tenant, identity] = read(other);
  const number = NEVER_FROM + 7;
  const { id } = nameExport(Number(String(tenant).replace('tenant', '')), 'hi', number);
  return Buffer.from(JSON.stringify([tenant, identity, id, index, expiresAt])).toString('base64url');
}

function read(payload: string): readonly unknown[] {
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[];
}

async function open(world: World, url: string, opener: Caller | null) {
  const response = await world.http.request({
    method: 'GET',
    path: new URL(url).pathname,
    headers: opener === null ? {} : world.headersOf(opener, true),
  });
  const body = await response.body.text().catch(() => '');
  const { location } = response.headers;
  return {
    status: response.statusCode,
    location: typeof location === 'string' ? location : '',
    text: `${toText(response.headers)}\n${body}`,
  };
}

function checkContent(world: World, link: FileLink, text: string): void {
  world.ledger.counts.downloads += 1;
  // A body that broke off half-way may be short of everything.
  const body = text.slice(text.indexOf('\n\n'));
  if (body.length > 100 && !text.includes(`CANARY-${link.owner}-file`))
    world.ledger.report('file', 'it is not the one of the link', text);
}

function expect(world: World, { tenant, owner }: FileLink) {
  const code = world.owners.find(owner)?.code ?? 0;
  return { tenant, owners: new Set([owner]), codes: new Set([toCode(code)]) };
}
