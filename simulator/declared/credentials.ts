import type { Clock, Random } from '../../src/runtime/clock.ts';
import type {
  CredentialRules,
  SendRule,
  TokenRule,
  VendorDeclaration,
} from '../../src/vendor-file/declaration.ts';
import type { DemoAccount, SimulatorRequest, SimulatorResponse } from '../simulator.ts';
import { toDemoSettings } from './ids.ts';
import { renderText } from './render.ts';

/** What opens a simulated vendor for good. No secrets: they open nothing but a simulator. */
export interface DemoSecrets {
  readonly apiKey: string;
  readonly token: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

export function toDemoSecrets({ id }: Pick<VendorDeclaration, 'id'>): DemoSecrets {
  return {
    apiKey: `demo-${id}-key`,
    token: `demo-${id}-token`,
    clientId: `demo-${id}-client`,
    clientSecret: `demo-${id}-secret`,
    refreshToken: `demo-${id}-refresh`,
  };
}

/** The kinds of credential that are asked for tokens. */
export const TOKEN_KINDS = ['client-credentials', 'refresh-token'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** The demo's own credential: of those that a vendor takes, the one that asks for the least. */
export function toDemoCredential(declaration: VendorDeclaration): DemoAccount['credential'] {
  const { apiKey, token, clientId, clientSecret, refreshToken } = toDemoSecrets(declaration);
  const { credentials } = declaration;
  if (credentials['api-key'] !== undefined) return { type: 'api-key', apiKey };
  if (credentials['client-credentials'] !== undefined)
    return { type: 'client-credentials', clientId, clientSecret };
  if (credentials.bearer !== undefined) return { type: 'bearer', token };
  return { type: 'refresh-token', clientId, clientSecret, refreshToken };
}

/** Where tokens of a kind are asked for, below the mount. */
export function toTokenPath(declaration: VendorDeclaration, kind: TokenKind): string | undefined {
  const template = declaration.credentials[kind]?.tokenUrl;
  if (template === undefined) return undefined;
  const url = renderText(template, { named: toDemoSettings(declaration) });
  return url === undefined ? undefined : new URL(url).pathname;
}

const LIFETIME_SECONDS = 3_600;

/** Hands out tokens, and says whether a request brings what the file says. */
export class CredentialDesk {
  private readonly declaration: VendorDeclaration;
  private readonly clock: Pick<Clock, 'now'>;
  private readonly random: Random;
  private readonly secrets: DemoSecrets;
  private readonly paths: ReadonlyMap<TokenKind, string>;
  private readonly issued = new Map<string, { readonly kind: TokenKind; readonly expiresAt: number }>();
  private refreshToken: string;

  constructor(declaration: VendorDeclaration, clock: Pick<Clock, 'now'>, random: Random) {
    this.declaration = declaration;
    this.clock = clock;
    this.random = random;
    this.secrets = toDemoSecrets(declaration);
    this.refreshToken = this.secrets.refreshToken;
    this.paths = new Map(
      TOKEN_KINDS.flatMap((kind) => {
        const path = toTokenPath(declaration, kind);
        return path === undefined ? [] : [[kind, path] as const];
      }),
    );
  }

  /** True where a request asks for a token. */
  isTokenRequest({ path }: SimulatorRequest): boolean {
    return [...this.paths.values()].includes(path);
  }

  /** Answers a request for a token, as RFC 6749 has it. */
  issue(request: SimulatorRequest): SimulatorResponse {
    const kinds = TOKEN_KINDS.filter((kind) => this.paths.get(kind) === request.path);
    const form = new URLSearchParams(request.body);
    const grant = form.get('grant_type') ?? request.query.get('grant_type');
    const kind = kinds.find((each) => each.replace('-', '_') === grant);
    const rule = kind && this.declaration.credentials[kind];
    if (kind === undefined || rule === undefined) return refuseToken(400, 'unsupported_grant_type');
    if (rule.request === 'form' && request.method !== 'POST') return refuseToken(405, 'invalid_request');
    const said = rule.request === 'form' ? form : request.query;
    if (!this.isClient(rule, request, said)) return refuseToken(401, 'invalid_client');
    if (rule.scope !== null && said.get('scope') !== rule.scope) return refuseToken(400, 'invalid_scope');
    if (kind === 'refresh-token' && said.get('refresh_token') !== this.refreshToken)
      return refuseToken(400, 'invalid_grant');
    return this.toToken(kind);
  }

  /** Whether a request brings a credential that is good, one that was good, or none. */
  check({ headers }: SimulatorRequest): 'good' | 'expired' | 'none' {
    const { credentials } = this.declaration;
    const { apiKey, token } = this.secrets;
    const { 'api-key': key, bearer } = credentials;
    if (key !== undefined && readSecret(key, headers) === apiKey) return 'good';
    if (bearer !== undefined && readSecret(bearer, headers) === token) return 'good';
    for (const kind of TOKEN_KINDS) {
      const send = credentials[kind]?.send;
      const issued = send && this.issued.get(readSecret(send, headers) ?? '');
      if (issued?.kind === kind) return issued.expiresAt > this.clock.now() ? 'good' : 'expired';
    }
    return 'none';
  }

  private toToken(kind: TokenKind): SimulatorResponse {
    const token = `demo.${this.word()}`;
    this.issued.set(token, { kind, expiresAt: this.clock.now() + LIFETIME_SECONDS * 1_000 });
    // A rotated token that was lost on the way is lost for good, as the vendor has it.
    if (this.declaration.credentials['refresh-token']?.rotates === true && kind === 'refresh-token')
      this.refreshToken = `demo.refresh.${this.word()}`;
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: {
        access_token: token,
        token_type: 'Bearer',
        expires_in: LIFETIME_SECONDS,
        ...(kind === 'refresh-token' ? { refresh_token: this.refreshToken } : {}),
      },
    };
  }

  private isClient(rule: TokenRule, { headers }: SimulatorRequest, said: URLSearchParams): boolean {
    const { clientId, clientSecret } = this.secrets;
    if (rule.client === 'basic') return headers.authorization === toBasic(`${clientId}:${clientSecret}`);
    return said.get('client_id') === clientId && said.get('client_secret') === clientSecret;
  }

  private word(): string {
    return Array.from({ length: 32 }, () => Math.floor(this.random.next() * 16).toString(16)).join('');
  }
}

function refuseToken(status: number, error: string): SimulatorResponse {
  return { status, body: { error, error_description: 'The token request is not as it should be.' } };
}

/** The secret that a request brings, as a rule sends it. */
function readSecret(send: SendRule, headers: SimulatorRequest['headers']): string | undefined {
  if ('basic' in send) {
    const text = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
    const [username, password] =
      text === undefined ? [] : Buffer.from(text, 'base64').toString('utf8').split(':');
    return send.basic === 'username' ? username : password;
  }
  const value = headers[send.header.toLowerCase()];
  return value?.startsWith(send.prefix) ? value.slice(send.prefix.length) : undefined;
}

/** The header that brings a secret, name and value. */
export function toSecretHeader(send: SendRule, secret: string): readonly [name: string, value: string] {
  if ('basic' in send)
    return ['Authorization', toBasic(send.basic === 'username' ? `${secret}:` : `:${secret}`)];
  return [send.header, send.prefix + secret];
}

function toBasic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** How the credential of the demo is sent. */
export function toSendRule(credentials: CredentialRules, kind: DemoAccount['credential']['type']): SendRule {
  const rule = credentials[kind];
  if (rule === undefined) throw new RangeError(`The vendor takes no ${kind}.`);
  return 'send' in rule ? rule.send : rule;
}
