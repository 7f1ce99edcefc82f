import { type ClientRequest, request as sendRequest } from 'node:http';
import type { Caller } from './cast.ts';
import { noteLinks } from './links.ts';
import { openPeer } from './peer.ts';
import type { Result, World } from './world.ts';

/** A subscription under way. */
export interface LiveWatch {
  readonly caller: Caller;
  leave(): void;
}

export interface WatchRequest {
  readonly caller: Caller;
  readonly query: string;
  readonly variables: object;
  /** The global ids it may be told of; null where they are those of the whole tenant, which every id in an answer is looked at for. */
  readonly ids: ReadonlySet<string> | null;
  /** Those of them that are another tenant's. */
  readonly foreign: ReadonlySet<string>;
  readonly echoes: ReadonlySet<string>;
}

/** Subscribes over one of the caller's websockets. */
export async function watchOverSocket(world: World, request: WatchRequest, dice: number): Promise<void> {
  const { caller, query, variables, echoes } = request;
  const peer = await openPeer(world, caller, dice);
  if (peer === null) return;
  const watch: LiveWatch = { caller, leave: () => peer.end(id) };
  const id = peer.begin(query, variables, {
    echoes,
    onResult: (result) => check(world, request, peer.expectation.owners, result),
    onEnd: () => world.watches.delete(watch),
  });
  world.watches.add(watch);
}

/** Subscribes over SSE, on a connection of its own. */
export async function watchOverSse(world: World, request: WatchRequest): Promise<void> {
  const { caller, query, variables, echoes } = request;
  const expectation = world.owners.expect(caller);
  const outgoing = sendRequest(`${world.url}/graphql`, {
    method: 'POST',
    agent: false,
    headers: { ...world.headersOf(caller, true), accept: 'text/event-stream' },
  });
  const watch: LiveWatch = { caller, leave: () => outgoing.destroy() };
  world.watches.add(watch);
  outgoing.on('close', () => world.watches.delete(watch));
  outgoing.on('error', () => undefined);
  outgoing.end(JSON.stringify({ query, variables }));
  readBlocks(outgoing, (block) => {
    world.ledger.inspect('SSE', block, expectation, echoes);
    const data = block
      .split('\n')
      .find((line) => line.startsWith('data:'))
      ?.slice(5)
      .trim();
    if (data !== undefined && data !== '')
      check(world, request, expectation.owners, JSON.parse(data) as Result);
  });
}

/** Calls back for each whole block of an event stream, in which a canary always stands whole. */
function readBlocks(outgoing: ClientRequest, onBlock: (block: string) => void): void {
  outgoing.on('response', (response) => {
    let rest = '';
    response.setEncoding('utf8');
    response.on('error', () => undefined);
    response.on('data', (piece: string) => {
      const blocks = `${rest}${piece}`.split('\n\n');
      rest = blocks.pop() ?? '';
      blocks.forEach(onBlock);
    });
  });
}

function check(
  world: World,
  request: WatchRequest,
  owners: ReadonlySet<string>,
  { data, errors }: Result,
): void {
  const { caller, ids, foreign } = request;
  for (const { extensions } of errors ?? []) world.judge('stream', caller, extensions?.code);
  const event = data?.exportEvents ?? data?.trackedExportEvents;
  if (event === undefined || event === null) return;
  world.ledger.counts.events += 1;
  if (ids === null) world.ledger.counts.listEvents += 1;
  if (ids !== null && !ids.has(event.exportId))
    world.ledger.report('stream', 'an event about an export nobody asked for', event.exportId);
  if (foreign.has(event.exportId) && event.code !== 'EXPORT_NOT_FOUND')
    world.ledger.report('stream', 'a foreign export was found', JSON.stringify(event));
  world.judge('stream', caller, event.code);
  world.cursors.add(event.cursor);
  noteLinks(world, event.export, owners);
}
