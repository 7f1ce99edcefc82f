import { WebSocket } from 'ws';
import type { Caller } from './cast.ts';
import { toAccountKey } from './cast.ts';
import type { Expectation } from './ledger.ts';
import type { Result, World } from './world.ts';

/** What a caller does over one socket. */
export interface Operation {
  /** Other tenants' accounts that it names. */
  readonly echoes: ReadonlySet<string>;
  onResult(result: Result): void;
  onEnd(): void;
}

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** One websocket of one caller; what it may see was decided when it connected. */
export class Peer {
  readonly caller: Caller;
  readonly expectation: Expectation;
  readonly ready: Promise<boolean>;
  isOpen = true;
  private readonly world: World;
  private readonly socket: WebSocket;
  private readonly operations = new Map<string, Operation>();
  /** By operation: what was sent before its end was heard of may still be on its way. */
  private readonly echoes = new Map<string, ReadonlySet<string>>();
  private sequence = 0;

  constructor(world: World, caller: Caller) {
    this.world = world;
    this.caller = caller;
    this.expectation = world.owners.expect(caller);
    this.socket = new WebSocket(`${world.url.replace('http', 'ws')}/graphql`, ['graphql-transport-ws'], {
      perMessageDeflate: false,
    });
    const token = world.owners.tokenOf(caller);
    const vendorTokens = {
      [toAccountKey(caller.tenant, 'own-bi')]: token,
      [toAccountKey(caller.tenant, 'own-hi')]: token,
    };
    this.socket.on('open', () =>
      this.send({
        type: 'connection_init',
        payload: { authorization: `Bearer ${world.keyOf(caller)}`, vendorTokens },
      }),
    );
    this.ready = new Promise((resolve) => {
      this.socket.on('error', () => undefined);
      this.socket.on('close', () => {
        this.isOpen = false;
        resolve(false);
        for (const operation of this.operations.values()) operation.onEnd();
        this.operations.clear();
      });
      this.socket.on('message', (data) => this.read(String(data), () => resolve(true)));
    });
  }

  begin(query: string, variables: object, operation: Operation): string {
    this.sequence += 1;
    const id = String(this.sequence);
    this.operations.set(id, operation);
    if (operation.echoes.size > 0) this.echoes.set(id, operation.echoes);
    this.send({ type: 'subscribe', id, payload: { query, variables } });
    return id;
  }

  end(id: string): void {
    const operation = this.operations.get(id);
    if (operation === undefined) return;
    this.operations.delete(id);
    this.send({ type: 'complete', id });
    operation.onEnd();
  }

  close(isRude: boolean): void {
    if (isRude) this.socket.terminate();
    else this.socket.close(1000);
  }

  private send(message: object): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private read(text: string, onReady: () => void): void {
    const message = JSON.parse(text) as Message;
    const operation = this.operations.get(message.id ?? '');
    this.world.ledger.inspect('websocket', text, this.expectation, this.echoes.get(message.id ?? ''));
    if (message.type === 'connection_ack') onReady();
    if (message.type === 'next') operation?.onResult(message.payload as Result);
    if (message.type === 'error') operation?.onResult({ errors: message.payload as Result['errors'] });
    if (message.type !== 'error' && message.type !== 'complete') return;
    this.operations.delete(message.id ?? '');
    operation?.onEnd();
  }
}

/** How many sockets a caller keeps. */
const SOCKETS = 2;

/** An open socket of this caller; null where it could not be opened. */
export async function openPeer(world: World, caller: Caller, dice: number): Promise<Peer | null> {
  const place = Math.floor(dice * SOCKETS);
  const peers = world.peers[caller.index] ?? [];
  const known = peers[place];
  const peer = known?.isOpen ? known : new Peer(world, caller);
  peers[place] = peer;
  return (await peer.ready) ? peer : null;
}
