import { type Agent, Pool } from 'undici';
import type { FileStream, OpenOptions } from '../export/ports.ts';
import type { CheckedLink } from './file-link.ts';

/**
 * Opens a presigned link as a stream: no credential, no redirect, and only to the addresses that were checked.
 *
 * @param timeoutMs - until the headers, and between two pieces of the body
 * @throws the socket's or undici's error; none of its text is for a client
 */
export async function openLink(
  link: CheckedLink,
  options: OpenOptions,
  timeoutMs: number,
): Promise<FileStream> {
  const pool = new Pool(link.origin, {
    connections: 1,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs, lookup: pinTo(link) },
  });
  try {
    const { statusCode, headers, body } = await pool.request({
      method: options.method,
      path: link.target,
      headers: { ...options.headers, 'accept-encoding': 'identity' },
      signal: options.signal,
    });
    body.once('close', () => void pool.destroy());
    // It may break off, or be given up, before anybody reads; whoever reads then still gets the error.
    body.on('error', () => undefined);
    return { status: statusCode, headers: toSingle(headers), body };
  } catch (error) {
    await pool.destroy();
    throw error;
  }
}

type Lookup = NonNullable<Extract<Agent.Options['connect'], { lookup?: unknown }>['lookup']>;

/** A lookup that knows one answer: what the host stood for when the link was checked. */
function pinTo({ addresses }: CheckedLink): Lookup {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new Error('no address'), '', 4);
    else if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

function toSingle(headers: Record<string, string | string[] | undefined>): FileStream['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
