import type { Dispatcher } from 'undici';
import type { Caller } from './cast.ts';
import { openPeer } from './peer.ts';
import type { Result, World } from './world.ts';

export interface Question {
  readonly caller: Caller;
  readonly query: string;
  readonly variables?: object;
  /** Other tenants' accounts that it names. */
  readonly echoes?: ReadonlySet<string>;
  /** The caller brings its own vendor tokens. Default true. */
  readonly hasToken?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What was answered, and whose credentials stood behind the question. */
export interface Answer extends Result {
  readonly owners: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Asks over HTTP, on whichever connection is free, and looks at all of the answer. */
export async function askOverHttp(world: World, question: Question): Promise<Answer & { status: number }> {
  const { caller, query, variables = {}, echoes = NOTHING, hasToken = true, headers = {} } = question;
  const expectation = world.owners.expect(caller, hasToken);
  const response = await world.http.request({
    method: 'POST',
    path: '/graphql',
    headers: { ...world.headersOf(caller, hasToken), ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.body.text();
  world.ledger.counts.operations += 1;
  world.ledger.inspect('HTTP answer', `${toText(response.headers)}\n${text}`, expectation, echoes);
  const result = JSON.parse(text) as Result;
  judge(world, caller, result);
  return { ...result, owners: expectation.owners, status: response.statusCode };
}

/** Asks over a websocket; null where it broke off. Callers always bring their tokens there. */
export async function askOverSocket(world: World, question: Question, dice: number): Promise<Answer | null> {
  const { caller, query, variables = {}, echoes = NOTHING } = question;
  const peer = await openPeer(world, caller, dice);
  if (peer === null) return null;
  const result = await new Promise<Result | null>((resolve) => {
    peer.begin(query, variables, { echoes, onResult: resolve, onEnd: () => resolve(null) });
  });
  world.ledger.counts.operations += 1;
  if (result === null) return null;
  judge(world, caller, result);
  return { ...result, owners: peer.expectation.owners };
}

/** Headers as one text, to be looked at like a body. */
export function toText(headers: Dispatcher.ResponseData['headers']): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n');
}

function judge(world: World, caller: Caller, { errors = [] }: Result): void {
  for (const { extensions } of errors) world.judge('answer', caller, extensions?.code);
}
