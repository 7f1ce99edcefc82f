import { VendorError } from '../export/errors.ts';
import { CircuitBreaker } from './breaker.ts';
import { RetryBudget } from './budget.ts';
import { Courier, type Destination } from './courier.ts';
import { checkCredential, Prover } from './credential.ts';
import { HealthRecord } from './health.ts';
import { parseBaseAddress } from './path.ts';
import { Problems } from './problems.ts';
import { RateWindow } from './rate-window.ts';
import { openScope } from './scope.ts';
import { Sender } from './sender.ts';
import { ThrottleGate } from './throttle-gate.ts';
import { readToken } from './token-answer.ts';
import { TokenSource } from './tokens.ts';
import { Turnstile } from './turnstile.ts';
import type { AccessToken, AccountClient, AccountClientSettings, Credential } from './types.ts';
import { Wire } from './wire.ts';

/** A whole call, waits and retries included, ends within this many times the limit of one request. */
const CALL_TIMEOUTS = 3;

/** Token requests are rare and shared; a second connection covers the one that is just being closed. */
const TOKEN_CONNECTIONS = 2;

/** How long before its expiry a token is renewed where the vendor's rules say nothing. */
const DEFAULT_RENEWAL_MS = 60_000;

/**
 * Opens one account's way to its vendor.
 *
 * @throws TypeError where base URL or credential cannot be used; the message holds no secret
 */
export function createAccountClient(settings: AccountClientSettings): AccountClient {
  checkCredential(settings);
  const { credential, limits, rules } = settings;
  const { clock, random } = settings.tools;
  const base = parseBaseAddress(settings.baseUrl);

  const gate = new ThrottleGate(clock, random);
  const problems = new Problems(settings, gate);
  const connect = (origin: string, connections: number | null): Wire =>
    new Wire(origin, connections, limits.timeoutMs);
  const api: Destination = {
    purpose: 'api',
    wire: connect(base.origin, limits.maxConcurrent),
    breaker: new CircuitBreaker(clock),
  };
  // Files have connections of their own: a browser that reads slowly must not hold up reads of other exports.
  const files: Destination = { ...api, wire: connect(base.origin, null) };
  const tokens =
    credential.type === 'client-credentials' ? toTokenDestination(credential, connect, clock) : undefined;
  const breakers = tokens === undefined ? [api.breaker] : [api.breaker, tokens.breaker];

  const window = new RateWindow(limits.requestsPerSecond);
  const turnstile = new Turnstile({
    clock,
    gate,
    breakers,
    window,
    maxConcurrent: limits.maxConcurrent,
    problems,
  });
  const courier = new Courier({ settings, gate, turnstile, problems });
  const health = new HealthRecord(gate, breakers);
  const tokenSource =
    tokens === undefined
      ? undefined
      : new TokenSource({
          clock,
          renewalMs: rules.tokenRenewalMs ?? DEFAULT_RENEWAL_MS,
          fetchToken: async (signal) => {
            const token = await fetchToken(settings, tokens, courier, problems, signal);
            settings.tools.secrets.addPassing(token.value);
            return token;
          },
        });
  const sender = new Sender({
    settings,
    base,
    api,
    files,
    gate,
    courier,
    problems,
    health,
    prover: new Prover(credential, rules, tokenSource),
    budget: new RetryBudget(),
    callMs: CALL_TIMEOUTS * limits.timeoutMs,
  });

  return {
    send: (request) => sender.send(request),
    open: (request) => sender.open(request),
    toVendorError: (response, asked) => problems.fromResponse(response, asked),
    toBadResponse(response, asked, problem) {
      health.note('VENDOR_BAD_RESPONSE');
      return problems.badResponse(response, asked, problem);
    },
    toError: (code, message) => problems.error(code, message),
    health: () => health.read(),
    async close() {
      sender.close();
      await Promise.all([api, files, tokens].map((destination) => destination?.wire.close()));
    },
  };
}

function toTokenDestination(
  { tokenUrl }: Extract<Credential, { type: 'client-credentials' }>,
  connect: (origin: string, connections: number) => Wire,
  clock: AccountClientSettings['tools']['clock'],
): Destination {
  const { protocol, origin } = new URL(tokenUrl);
  if (protocol !== 'https:' && protocol !== 'http:') throw new TypeError('A token URL is http(s).');
  return { purpose: 'token', wire: connect(origin, TOKEN_CONNECTIONS), breaker: new CircuitBreaker(clock) };
}

async function fetchToken(
  { credential, rules, limits, tools }: AccountClientSettings,
  destination: Destination,
  courier: Courier,
  problems: Problems,
  signal: AbortSignal,
): Promise<AccessToken> {
  if (credential.type !== 'client-credentials' || rules.tokenRequest === undefined) {
    throw new TypeError('Only client credentials are exchanged for a token.');
  }
  const { pathname, search } = new URL(credential.tokenUrl);
  const { headers, body } = rules.tokenRequest(credential);
  const standard = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  const request = {
    method: 'POST',
    target: pathname + search,
    headers: { ...standard, ...headers },
    body,
  } as const;
  const scope = openScope(tools.clock, CALL_TIMEOUTS * limits.timeoutMs, signal);
  try {
    const outcome = await courier.fetch({ destination, request, scope, attempt: 1 });
    if (outcome.type === 'fault') throw problems.fault(outcome.end, outcome.error);
    return readToken(outcome.response, problems);
  } catch (error) {
    throw scope.isOverdue() && !(error instanceof VendorError) ? problems.overdue() : error;
  } finally {
    scope.close();
  }
}
