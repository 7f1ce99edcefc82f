/** Words an error may be known by in a log: never free text, which may hold hosts, paths or secrets. */
const PLAIN_WORD = /^[A-Za-z0-9_.-]{1,64}$/;

/**
 * What may be told about an error: its name and its code. undici's messages hold host and port, TLS's the certificate.
 *
 * @returns for example `SocketError UND_ERR_SOCKET`
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? error.code : undefined;
  return (
    [error.name, code].filter((word) => typeof word === 'string' && PLAIN_WORD.test(word)).join(' ') ||
    'Error'
  );
}

/** An error that can be kept as a cause: the same name and code, without message, stack and anything else. */
export function toSafeCause(error: unknown): Error {
  const safe = new Error(describeError(error));
  safe.stack = `${safe.name}: ${safe.message}`;
  return safe;
}
