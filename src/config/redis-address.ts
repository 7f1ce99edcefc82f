/** What an operator is told about the address of a Redis server. */
export const REDIS_URL_ALLOWED =
  'redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss:// with TLS, with special characters in user and password percent-encoded';

export const HOST_AND_PORT_ALLOWED = 'a host and its port, such as redis-1.example.com:6379';

/**
 * True for an address of a Redis server, with a database's number as its path or none.
 *
 * An unencoded `#`, `?` or `/` in a password would end the part of the address that it stands in, and another host be asked.
 */
export function isRedisUrl(text: string): boolean {
  if (!/^rediss?:\/\//i.test(text) || /[\s\\\p{Cc}\p{Cf}#?]/u.test(text) || !URL.canParse(text)) return false;
  const { hostname, pathname, username, password } = new URL(text);
  return (
    hostname !== '' &&
    /^(\/\d{0,5})?$/.test(pathname) &&
    [username, password].every((part) => isEncoded(part))
  );
}

/** True for `host:6379`, `10.0.0.1:6379` and `[2001:db8::1]:6379`. */
export function isHostAndPort(text: string): boolean {
  const [, host = '', port = ''] =
    /^(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,253}):(\d{1,5})$/.exec(text) ?? [];
  return (
    host !== '' && Number(port) >= 1 && Number(port) <= 65_535 && URL.canParse(`redis://${host}:${port}`)
  );
}

/** The address where it holds a password, and that password as it is written and as it is meant. */
export function redisUrlSecrets(url: string): readonly string[] {
  const { password } = new URL(url);
  return password === '' ? [] : [...new Set([url, password, decodeURIComponent(password)])];
}

/** Whether the address says who the gateway is to Redis. */
export function namesRedisUser(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

function isEncoded(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
