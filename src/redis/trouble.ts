const REFUSED = 'it refuses the user or password';
const CUT = 'the connection to it was cut';
const UNKNOWN_NAME = 'its name is not known';

/** By the first word of what a server answers, and by the codes of sockets. */
const REASONS: Readonly<Record<string, string>> = {
  WRONGPASS: REFUSED,
  NOAUTH: REFUSED,
  NOPERM: 'its user may not do what the gateways need',
  LOADING: 'it is loading its file',
  OOM: 'it is full',
  READONLY: 'it is a replica, which takes no writes',
  MASTERDOWN: 'it is a replica that has lost its primary',
  MISCONF: 'it cannot write its file',
  CLUSTERDOWN: 'a part of the cluster is down',
  ECONNREFUSED: 'nothing listens at its address',
  ENOTFOUND: UNKNOWN_NAME,
  EAI_AGAIN: UNKNOWN_NAME,
  ECONNRESET: CUT,
  EPIPE: CUT,
  ETIMEDOUT: 'it does not answer in time',
};

/** Why Redis cannot be used, in words without an address or a value; undefined where an error tells nothing of it. */
export function toTrouble(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const [word = ''] = /^[A-Z]{2,}\b/.exec(error.message) ?? [];
  for (const key of [code, word]) if (Object.hasOwn(REASONS, key)) return REASONS[key];
  return /CERT|TLS|SSL|SIGNATURE/.test(code)
    ? 'its certificate is not trusted, or is of another name'
    : undefined;
}
