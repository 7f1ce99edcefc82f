import { CommandError, TryAgain } from '../command-error.ts';
import { toTerminalText } from '../display/terminal-text.ts';
import { EXIT } from '../exit-codes.ts';
import type { GatewayAccess } from './address.ts';

/** The gateway does not know the cursor it was given: it is another one, or was started anew. */
export class CursorRefused extends Error {
  override readonly name = 'CursorRefused';
}

/** What came of asking the gateway: an end to the command, or a reason to ask again. */
export type Trouble = CommandError | TryAgain | CursorRefused;

/** A GraphQL error as it arrives. */
export interface AnswerError {
  readonly message?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Codes of `extensions.code` after which the same operation may be sent again. */
const PASSING_CODES: ReadonlySet<unknown> = new Set([
  'SERVER_DRAINING',
  'SLOW_CONSUMER',
  'SUBSCRIPTION_LIMIT',
]);
const REFUSAL_CODES: ReadonlySet<unknown> = new Set(['UNAUTHENTICATED', 'SUBSCRIPTION_TOKEN_EXPIRED']);

/** GraphQL errors of a whole operation. */
export function toAnswerTrouble(errors: readonly AnswerError[], access: GatewayAccess): Trouble {
  const { extensions = {} } = errors[0] ?? {};
  const { field, retryable, retryAfterMs } = extensions;
  const code = typeof extensions.code === 'string' ? extensions.code : undefined;
  const text = toText(errors[0]);
  if (REFUSAL_CODES.has(code)) return toRefusal(access, text);
  if (code === 'BAD_USER_INPUT') {
    return field === 'after' ? new CursorRefused(text) : new CommandError(EXIT.usage, text, code);
  }
  if (PASSING_CODES.has(code) || retryable === true) {
    return new TryAgain(toClause(text), {
      retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
      code,
    });
  }
  return new CommandError(EXIT.failed, text, code);
}

/** The gateway's sentences, and the vendor's own words where they do not stand in them. */
function toText({ message = '', extensions = {} }: AnswerError = {}): string {
  const text = toTerminalText(message) || 'The gateway gave no reason.';
  const vendorText =
    typeof extensions.vendorMessage === 'string' ? toTerminalText(extensions.vendorMessage) : '';
  return vendorText === '' || text.includes(vendorText) ? text : `${text}\nThe vendor says: ${vendorText}`;
}

/** Close codes of graphql-transport-ws, and how this command takes them. All others mean a connection that was lost. */
const REFUSED_CLOSE_CODES: ReadonlySet<number> = new Set([4401, 4403]);
const FOREIGN_CLOSE_CODES: ReadonlySet<number> = new Set([1002, 4004, 4005, 4400, 4406]);

/** A websocket that was closed. Source: graphql-ws, PROTOCOL.md; read 2026-11. */
export function toCloseTrouble(code: number, reason: string, access: GatewayAccess): Trouble {
  if (REFUSED_CLOSE_CODES.has(code)) return toRefusal(access);
  const text = toTerminalText(reason);
  if (FOREIGN_CLOSE_CODES.has(code))
    return toForeign(access, `it closed the websocket with ${code} ${text}`.trim());
  return new TryAgain(
    text === '' ? `the connection was closed (${code})` : `the gateway closed the connection: ${text}`,
  );
}

/** An HTTP status in place of an answer. */
export function toStatusTrouble(status: number, access: GatewayAccess): Trouble {
  if (status === 401 || status === 403) return toRefusal(access);
  if (status === 429 || status >= 500)
    return new TryAgain(`it answers with HTTP ${status}`, { exitCode: EXIT.unreachable });
  return toForeign(access, `it answers with HTTP ${status}`);
}

/** No connection, or one that broke. */
export function toConnectionTrouble(error: unknown, access: GatewayAccess): Trouble {
  const code = codeOf(error);
  if (isCertificateCode(code)) {
    return new CommandError(
      EXIT.unreachable,
      `The TLS certificate of ${access.name} is not trusted (${code}). NODE_EXTRA_CA_CERTS can name your own authority's.`,
    );
  }
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    return toForeign(access, 'it does not speak TLS; is it an http URL?');
  }
  if (code.startsWith('HPE_')) return toForeign(access, 'what answers there does not speak HTTP');
  return new TryAgain(toConnectionText(error), {
    exitCode: EXIT.unreachable,
    isUnsent: UNSENT_CODES.has(code),
  });
}

const CONNECTION_TEXTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped half-way',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
};

/** There never was a connection. */
const UNSENT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Why there is no connection, as a clause. */
export function toConnectionText(error: unknown): string {
  const code = codeOf(error);
  const known = CONNECTION_TEXTS[code];
  if (known !== undefined) return known;
  return code === '' ? 'the connection broke' : `the connection broke (${toTerminalText(code)})`;
}

/** Says that the gateway cannot be reached, for good. */
export function toUnreachable(access: GatewayAccess, reason: string, tries: number): CommandError {
  return new CommandError(
    EXIT.unreachable,
    `Cannot reach the gateway at ${access.name}: ${reason}. Tried ${tries} times. --url or WAYBILL_URL says where it is.`,
  );
}

function toRefusal({ name, token }: GatewayAccess, text = ''): CommandError {
  const advice =
    token === undefined
      ? 'It asks for a token: give one with --token or WAYBILL_TOKEN.'
      : 'It does not accept this token: check --token or WAYBILL_TOKEN.';
  return new CommandError(
    EXIT.unreachable,
    `The gateway at ${name} refused us. ${text === '' ? advice : `${text} ${advice}`}`,
    'UNAUTHENTICATED',
  );
}

function toForeign({ name }: GatewayAccess, found: string): CommandError {
  return new CommandError(
    EXIT.unreachable,
    `There is no Waybill gateway at ${name}: ${found}. --url or WAYBILL_URL says where it is.`,
  );
}

function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined ? '' : codeOf(cause);
}

function isCertificateCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code);
}

/** A sentence as a clause: without its full stop. */
function toClause(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
