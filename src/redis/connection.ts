import { createHash } from 'node:crypto';
import { createClient, createCluster, createSentinel, RESP_TYPES } from '@redis/client';
import type { Clock } from '../runtime/clock.ts';
import { toTrouble } from './trouble.ts';

/** A call that is not answered for this long has failed. */
export const CALL_DEADLINE_MS = 500;
/** As many calls in a row without an answer, and the connection is given up for a new one: it may be half open. */
const MAX_MISSED = 2;
/** A timer that goes off so late tells that the process had no time for anything. */
const LATE_MS = 20;
const MAX_RECONNECT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;

/** Where Redis or Valkey is, and who the gateway is to it. Addresses are `host:port`, IPv6 in brackets. */
export type RedisAddress = RedisLogin &
  (
    | { readonly url: string }
    | {
        /** Some of the nodes. */
        readonly cluster: readonly string[];
        readonly tls: boolean;
      }
    | {
        readonly sentinels: readonly string[];
        /** Of the primary, as the sentinels call it. */
        readonly name: string;
        readonly sentinelUsername: string | undefined;
        readonly sentinelPassword: string | undefined;
        readonly database: number;
        readonly tls: boolean;
      }
  );

export interface RedisLogin {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** What a script takes beside keys. */
export type RedisArgument = string | Buffer;

/** A Lua script; it is sent whole only where the server does not know it yet. */
export interface RedisScript {
  readonly source: string;
  readonly sha1: string;
}

export function defineScript(source: string): RedisScript {
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}

/** What runs scripts, each whole and at one moment. */
export interface RedisScripts {
  /**
   * @param key - the script's first key; its other keys lie in the same slot
   * @returns strings as buffers, whole numbers as numbers, lists as arrays, nothing as null
   * @throws RedisUnavailableError where no answer came within 500 ms: it may have been carried out
   */
  run(script: RedisScript, key: string, args: readonly RedisArgument[]): Promise<unknown>;
}

/** The store cannot be reached, or does not take what is asked of it at the moment. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
}

/** One connection to Redis or Valkey, however many servers that is. */
export interface Redis extends RedisScripts {
  /** One command. @throws as `run` does */
  command(key: string, args: readonly RedisArgument[], deadlineMs?: number): Promise<unknown>;
  /** Another connection to the same place, for reads that block. */
  duplicate(): Redis;
  /** False where commands of several keys would go to several servers, so that a blocking one would hold others up. */
  readonly mayBlock: boolean;
  readonly counters: RedisCounters;
  /** Why the last call failed, as far as it is known, for an operator; null where it went well. */
  readonly trouble: string | null;
  /** Waits so many milliseconds before something is tried again. */
  pause(ms: number): Promise<void>;
  close(): void;
}

export interface RedisCounters {
  /** Calls that went to the server and back, or should have. */
  readonly roundTrips: number;
  readonly failures: number;
  readonly reconnects: number;
}

/** What the library's three kinds of client have in common here. */
interface Driver {
  readonly send: (key: string, args: readonly RedisArgument[]) => Promise<unknown>;
  readonly destroy: () => void;
}

/** Connects in the background, again and again; until then every call is refused. */
export function openRedis(address: RedisAddress, clock: Clock): Redis {
  return new RedisConnection(address, clock);
}

class RedisConnection implements Redis {
  readonly mayBlock: boolean;
  readonly counters = { roundTrips: 0, failures: 0, reconnects: 0 };
  trouble: string | null = null;
  private readonly address: RedisAddress;
  private readonly clock: Clock;
  private driver: Driver;
  /** Calls in a row that nothing came back for. */
  private missed = 0;
  private isClosed = false;

  constructor(address: RedisAddress, clock: Clock) {
    this.address = address;
    this.clock = clock;
    this.mayBlock = !('cluster' in address);
    this.driver = openDriver(address, this.note);
  }

  private readonly note = (error: unknown): void => {
    this.trouble = toTrouble(error) ?? this.trouble;
  };

  async run(script: RedisScript, key: string, args: readonly RedisArgument[]): Promise<unknown> {
    try {
      return await this.command(key, ['EVALSHA', script.sha1, '1', key, ...args]);
    } catch (error) {
      if (!(error instanceof RedisUnavailableError) || error.cause !== 'NOSCRIPT') throw error;
      return this.command(key, ['EVAL', script.source, '1', key, ...args]);
    }
  }

  async command(
    key: string,
    args: readonly RedisArgument[],
    deadlineMs = CALL_DEADLINE_MS,
  ): Promise<unknown> {
    if (this.isClosed) throw new RedisUnavailableError('The connection is closed.');
    const { driver } = this;
    this.counters.roundTrips += 1;
    try {
      const answer = await this.within(deadlineMs, driver.send(key, args));
      this.missed = 0;
      this.trouble = null;
      return answer;
    } catch (error) {
      this.counters.failures += 1;
      this.note(error);
      if (driver === this.driver) this.onFailure(error);
      throw toUnavailable(error);
    }
  }

  duplicate(): Redis {
    return new RedisConnection(this.address, this.clock);
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.setTimer(ms, resolve));
  }

  close(): void {
    this.isClosed = true;
    this.driver.destroy();
  }

  /** Time in which this process did nothing, being busy or stopped, is made good once: an answer may lie there unread. */
  private within(deadlineMs: number, answer: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const endsAt = this.clock.now() + deadlineMs;
      const end = () => reject(new DeadlineError());
      let cancel = this.clock.setTimer(deadlineMs, () => {
        const lateMs = this.clock.now() - endsAt;
        if (lateMs < LATE_MS) end();
        else cancel = this.clock.setTimer(Math.min(lateMs, deadlineMs), end);
      });
      answer.then(resolve, reject).finally(() => cancel());
    });
  }

  /** A connection that says nothing, or one to a server that may not be written to any more, is given up for a new one. */
  private onFailure(error: unknown): void {
    this.missed = error instanceof DeadlineError ? this.missed + 1 : 0;
    if (this.isClosed || (this.missed < MAX_MISSED && wordOf(error) !== 'READONLY')) return;
    this.missed = 0;
    this.counters.reconnects += 1;
    this.driver.destroy();
    this.driver = openDriver(this.address, this.note);
  }
}

class DeadlineError extends Error {
  readonly code = 'ETIMEDOUT';
}

/** The first word of what a server answers, such as NOSCRIPT. */
function wordOf(error: unknown): string | undefined {
  return error instanceof Error ? /^([A-Z]{2,})\b/.exec(error.message)?.[1] : undefined;
}

/** Without the address, which a client's own messages name. */
function toUnavailable(error: unknown): RedisUnavailableError {
  const word = wordOf(error);
  const message =
    word === undefined ? 'Redis cannot be reached.' : `Redis does not take it at the moment: ${word}.`;
  return new RedisUnavailableError(message, { cause: word });
}

const COMMON = {
  RESP: 2,
  disableOfflineQueue: true,
  disableClientInfo: true,
  commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
} as const;

const RECONNECT = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  reconnectStrategy: (retries: number) => Math.min(2 ** retries * 25, MAX_RECONNECT_MS),
};

function openDriver(address: RedisAddress, onError: (error: unknown) => void): Driver {
  const login = toLogin(address.username, address.password);
  if ('url' in address) {
    const client = createClient({ ...COMMON, ...login, url: address.url, socket: RECONNECT });
    return { ...start(client, onError), send: (_key, args) => client.sendCommand(args as RedisArgument[]) };
  }
  const { commandOptions, RESP, ...common } = COMMON;
  const socket = address.tls ? { ...RECONNECT, tls: true as const } : RECONNECT;
  if ('cluster' in address) {
    const cluster = createCluster({
      ...{ RESP, commandOptions },
      rootNodes: address.cluster.map((place) => ({ socket: toSocket(place) })),
      defaults: { ...common, ...login, socket },
    });
    return {
      ...start(cluster, onError),
      send: (key, args) => cluster.sendCommand(key, false, args as RedisArgument[]),
    };
  }
  const { name, sentinels, sentinelUsername, sentinelPassword, database } = address;
  const sentinel = createSentinel({
    ...{ RESP, commandOptions, name },
    sentinelRootNodes: sentinels.map(toSocket),
    nodeClientOptions: { ...common, ...login, socket, database },
    sentinelClientOptions: { ...common, ...toLogin(sentinelUsername, sentinelPassword), socket },
  });
  return {
    ...start(sentinel, onError),
    send: (_key, args) => sentinel.sendCommand(false, args as RedisArgument[]),
  };
}

function toLogin(username: string | undefined, password: string | undefined): RedisLogin {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

function toSocket(place: string): { host: string; port: number } {
  const { hostname, port } = new URL(`redis://${place}`);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) };
}

/** A client connects by itself: what cannot be reached is known from the calls, and why, from its errors. */
function start(
  client: {
    connect(): Promise<unknown>;
    destroy(): unknown;
    on(name: 'error', listener: (error: unknown) => void): unknown;
  },
  onError: (error: unknown) => void,
): Pick<Driver, 'destroy'> {
  client.on('error', onError);
  client.connect().catch(onError);
  return {
    destroy() {
      try {
        Promise.resolve(client.destroy()).catch(ignore);
      } catch {
        // It had never been connected.
      }
    },
  };
}

function ignore(): void {}
