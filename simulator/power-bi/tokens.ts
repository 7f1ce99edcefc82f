import { createHmac } from 'node:crypto';
import type { Clock, Random } from '../../src/runtime/clock.ts';
import type { SimulatorRequest, SimulatorResponse } from '../simulator.ts';
import type { PowerBiSimulatorOptions } from './options.ts';

/** Mints and checks access tokens, as the identity platform in front of Power BI does. */
export interface TokenEndpoint {
  /** `POST /{tenant}/oauth2/v2.0/token`, and the old `POST /{tenant}/oauth2/token`. */
  answer(request: SimulatorRequest, version: 'v1' | 'v2'): SimulatorResponse;
  /** Judges an `Authorization` header. */
  check(authorization: string | undefined): 'good' | 'expired' | 'unknown';
}

const HEADER = encode({ typ: 'JWT', alg: 'HS256' });

/** A token office that knows one application. */
export function createTokenEndpoint(
  clock: Clock,
  random: Random,
  options: PowerBiSimulatorOptions,
): TokenEndpoint {
  const lifetimeSeconds = options.tokenLifetimeSeconds;
  // Stands in for the platform's signing key: tokens carry their own expiry, so none has to be remembered.
  const signingKey = String(random.next());
  const sign = (content: string) => createHmac('sha256', signingKey).update(content).digest('base64url');

  function mint(): string {
    const expiresAt = clock.now() + lifetimeSeconds * 1_000;
    const content = `${HEADER}.${encode({ appid: options.clientId, exp: expiresAt / 1_000, uti: random.next() })}`;
    return `${content}.${sign(content)}`;
  }

  return {
    answer(request, version) {
      const form = new URLSearchParams(request.body);
      const fault = findFault(form, version, options);
      if (fault !== undefined) return toTokenError(fault, clock.now());
      return {
        status: 200,
        headers: { 'cache-control': 'no-store' },
        body: {
          token_type: 'Bearer',
          // The old endpoint writes its numbers as text.
          expires_in: version === 'v1' ? String(lifetimeSeconds) : lifetimeSeconds,
          ext_expires_in: version === 'v1' ? String(lifetimeSeconds) : lifetimeSeconds,
          access_token: mint(),
        },
      };
    },

    check(authorization) {
      const [, header, claims = '', signature] =
        /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/i.exec(authorization ?? '') ?? [];
      if (signature === undefined || signature !== sign(`${header}.${claims}`)) return 'unknown';
      return readExpiry(claims) > clock.now() ? 'good' : 'expired';
    },
  };
}

interface TokenFault {
  readonly status: 400 | 401;
  readonly error: string;
  readonly number: number;
  readonly description: string;
}

function findFault(
  form: URLSearchParams,
  version: 'v1' | 'v2',
  options: PowerBiSimulatorOptions,
): TokenFault | undefined {
  if (form.get('grant_type') !== 'client_credentials') {
    return {
      status: 400,
      error: 'unsupported_grant_type',
      number: 70003,
      description: 'Unknown grant type.',
    };
  }
  if (!form.get('client_id')) {
    return { status: 400, error: 'invalid_request', number: 900144, description: "'client_id' is missing." };
  }
  if (form.get('client_id') !== options.clientId) {
    return { status: 400, error: 'unauthorized_client', number: 700016, description: 'No such application.' };
  }
  if (form.get('client_secret') !== options.clientSecret) {
    return {
      status: 401,
      error: 'invalid_client',
      number: 7000215,
      description: 'Invalid client secret provided.',
    };
  }
  if (version === 'v1' && !form.get('resource')) {
    return { status: 400, error: 'invalid_request', number: 900144, description: "'resource' is missing." };
  }
  if (version === 'v2' && !/^\S+\/\.default$/.test(form.get('scope') ?? '')) {
    return { status: 400, error: 'invalid_scope', number: 70011, description: 'The scope is not valid.' };
  }
  return undefined;
}

function toTokenError({ status, error, number, description }: TokenFault, now: number): SimulatorResponse {
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const traceId = '11111111-2222-3333-4444-555555555555';
  const correlationId = '66666666-7777-8888-9999-000000000000';
  const where = `Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`;
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${number}: ${description} ${where}`,
      error_codes: [number],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
    },
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Epoch milliseconds; the signature was checked before. */
function readExpiry(claims: string): number {
  const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { exp: number };
  return exp * 1_000;
}
