import { subscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { serveCommands } from './child.ts';

/** One poll, and what went to the sockets after it. Instants are milliseconds since the epoch, with fractions. */
export interface PollTrace {
  /** When the vendor's answer had been read. */
  readonly at: number;
  /** By then our gateway has given every subscriber's answer to its socket: it gathers all of them, and then writes. */
  firstWriteAt: number;
  lastWriteAt: number;
  writes: number;
}

/** What a server's process tells about itself. */
export interface Usage {
  /** Processor time since its start, microseconds; the kernel's part of it too. */
  readonly cpuUs: number;
  readonly systemUs: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** Longer than any ping or pong, shorter than any message. */
const MIN_MESSAGE_BYTES = 64;

/** Answers what the run wants to know of a server. @param extra - further commands of this server */
export function serveMeasurements(
  extra: Readonly<Record<string, (value: never) => unknown | Promise<unknown>>> = {},
): void {
  const traces: PollTrace[] = [];
  serveCommands({
    usage: readUsage,
    collectAndUsage: async () => {
      for (let round = 0; round < 4; round += 1) {
        globalThis.gc?.();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return readUsage();
    },
    trace: () => trace(traces),
    traces: () => traces.splice(0),
    ...extra,
  });
}

function readUsage(): Usage {
  const { user, system } = process.cpuUsage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { cpuUs: user + system, systemUs: system, heapBytes: heapUsed + external, rssBytes: rss };
}

/**
 * Notes when each answer of the vendor has been read, and each later write to a caller's socket.
 *
 * Both are seen from below any library: undici's diagnostics channel, and the one method of Node that every write to a TCP
 * socket goes through.
 */
function trace(traces: PollTrace[]): void {
  subscribe('undici:request:trailers', () => {
    const at = now();
    traces.push({ at, firstWriteAt: at, lastWriteAt: at, writes: 0 });
  });
  interface Writing {
    server?: unknown;
    _writeGeneric(isMany: boolean, data: unknown, encoding: unknown, done: unknown): unknown;
  }
  const prototype = Socket.prototype as unknown as Writing;
  const write = prototype._writeGeneric;
  prototype._writeGeneric = function (this: Writing, isMany, data, encoding, done) {
    const startedAt = now();
    const result = write.call(this, isMany, data, encoding, done);
    const current = traces.at(-1);
    if (this.server && current !== undefined && lengthOf(data) >= MIN_MESSAGE_BYTES) {
      if (current.writes === 0) current.firstWriteAt = startedAt;
      current.lastWriteAt = now();
      current.writes += 1;
    }
    return result;
  };
}

function lengthOf(data: unknown): number {
  if (Array.isArray(data)) return MIN_MESSAGE_BYTES;
  return typeof data === 'string' || Buffer.isBuffer(data) ? data.length : 0;
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
