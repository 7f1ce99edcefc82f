/** What an operator is told about the address of a database. */
export const POSTGRES_URL_ALLOWED =
  'postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters in user and password percent-encoded';

/**
 * True for an address of a Postgres database. The host may stand in the query instead, where a socket's folder is named:
 * `postgres:///waybill?host=/run/postgresql`.
 *
 * An unencoded `#`, `?` or `/` in a password would end the part of the address that it stands in, and another host be asked.
 */
export function isPostgresUrl(text: string): boolean {
  if (!/^postgres(ql)?:\/\//i.test(text) || /[\s\\\p{Cc}\p{Cf}#]/u.test(text) || !URL.canParse(text))
    return false;
  const { hostname, searchParams, username, password } = new URL(text);
  const hasHost = hostname !== '' || (searchParams.get('host') ?? '') !== '';
  return hasHost && [username, password].every((part) => decode(part) !== undefined);
}

/** The address, and its password as it is written and as it is meant. */
export function postgresSecrets(url: string): readonly string[] {
  const { password, searchParams } = new URL(url);
  const passwords = [password, decode(password) ?? '', searchParams.get('password') ?? ''];
  return [...new Set([url, ...passwords])].filter((secret) => secret !== '');
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
