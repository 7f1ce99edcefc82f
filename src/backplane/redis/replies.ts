import type { LoadedTopic, StoredWatch } from '../../export/backplane.ts';
import type { ExportKey } from '../../export/export.ts';
import { decodeEntry, decodeState } from './codec.ts';

/** What `stored` in the scripts answers: version, place, moving, lasting, key. */
export type StoredReply = readonly [Buffer, Buffer, Buffer, Buffer, Buffer];

export function readStored([version, sequence, moving, lasting]: StoredReply): StoredWatch {
  return {
    state: lasting.length === 0 ? null : decodeState(moving, lasting),
    version: Number(version.toString()),
    sequence: Number(sequence.toString()),
  };
}

export function readKey([, , , , key]: StoredReply): ExportKey {
  return JSON.parse(key.toString()) as ExportKey;
}

/** What `LOAD` answers of one topic. */
export type LoadedReply = Buffer | readonly [Buffer, Buffer, Buffer, Buffer, readonly Buffer[]];

export function readLoaded(
  reply: LoadedReply,
  place: { readonly after: number; readonly head: number; readonly base: number },
): LoadedTopic | undefined {
  if (Buffer.isBuffer(reply)) return undefined;
  const [, moving, lasting, floor, newestFirst] = reply;
  const { after, head, base } = place;
  return {
    state: lasting.length === 0 ? null : decodeState(moving, lasting),
    entries: newestFirst.map(readEntry).reverse(),
    isComplete: after >= Math.max(Number(floor.toString()), base) && after <= head,
  };
}

function readEntry(value: Buffer): ReturnType<typeof decodeEntry> {
  const space = value.indexOf(32);
  return decodeEntry(Number(value.subarray(0, space).toString()), value.subarray(space + 1));
}
