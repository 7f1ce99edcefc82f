import type { IncomingMessage } from 'node:http';

/**
 * Reads a body as text within its bound.
 *
 * @returns null for a longer one, undefined where the client has left
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string | null | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) {
        request.pause();
        resolve(null);
      } else chunks.push(chunk);
    });
    request.once('end', () => resolve(toText(chunks)));
    request.once('close', () => resolve(undefined));
    request.once('error', () => resolve(undefined));
  });
}

function toText(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  const text = bytes.toString('utf8');
  // A byte order mark is no part of the text (RFC 8259, section 8.1).
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
