import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Store } from '../../../src/export/store.ts';
import type { PostRequest } from '../../../src/http/post.ts';
import type { Sweep } from './sweep.ts';

/** Of longer files, which only a test about many exports makes, the beginning. */
const MAX_FILE_LENGTH = 8_000_000;

/** Sweeps a webhook as it is sent: where it goes is the receiver's own, and no part of what it is told. */
export function lookAtPost({ headers, body }: PostRequest, sweep: Sweep): void {
  sweep.look('webhook', `${JSON.stringify(headers)}\n${body}`);
}

/** Sweeps the bytes of a store before it is closed, while there is a log beside the file, and afterwards. */
export function tapStore(store: Store, path: string, sweep: () => Sweep): Store {
  return {
    ...store,
    async close() {
      lookAtFiles(path, sweep());
      await store.close();
      lookAtFiles(path, sweep());
    },
  };
}

/** What a database has written, one character per byte: its file, and whatever stands beside it under the same name. */
export function readStoreFiles(path: string): readonly string[] {
  const folder = dirname(path);
  return readdirSync(folder)
    .filter((name) => name.startsWith(basename(path)))
    .map((name) => readFileSync(join(folder, name)).subarray(0, MAX_FILE_LENGTH).toString('latin1'));
}

function lookAtFiles(path: string, sweep: Sweep): void {
  let files: readonly string[] = [];
  try {
    files = readStoreFiles(path);
  } catch {
    // Tests take files away, or put a folder in their place.
  }
  for (const text of files) sweep.look('store', text);
}
