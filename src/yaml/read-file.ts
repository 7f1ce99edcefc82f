import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Where a file is that the configuration names: beside it, or where an absolute path says. */
export function resolveBeside(configFile: string | undefined, path: string): string {
  return resolve(dirname(configFile ?? ''), path);
}

/** The file's text, `null` where it is larger than allowed, or why it cannot be read. Never throws. */
export function readTextFile(
  file: string,
  maxBytes: number,
): { readonly text: string | null } | { readonly fault: string } {
  try {
    const bytes = readBounded(file, maxBytes);
    if (bytes.length > maxBytes) return { text: null };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    return { fault: describeReadError(error) };
  }
}

/** Reads one byte more than is allowed and no further, whatever the file says about its size. */
function readBounded(file: string, maxBytes: number): Buffer {
  const buffer = Buffer.alloc(maxBytes + 1);
  const descriptor = openSync(file, 'r');
  try {
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function describeReadError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'a directory';
  if (code === 'EACCES' || code === 'EPERM') return 'a file that may not be read';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'bytes that are no UTF-8';
  return 'a file that cannot be read';
}
