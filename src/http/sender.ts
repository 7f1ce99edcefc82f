import { Readable } from 'node:stream';
import { VendorError } from '../export/errors.ts';
import type { FileStream, OpenOptions } from '../export/ports.ts';
import { sleep } from '../runtime/clock.ts';
import { ACCEPTED_ENCODINGS } from './body.ts';
import type { RetryBudget } from './budget.ts';
import { type Courier, type Destination, type Errand, endOf, type Outcome } from './courier.ts';
import type { Proof, Prover } from './credential.ts';
import { FileBody } from './file-body.ts';
import type { HealthRecord } from './health.ts';
import { type BaseAddress, buildTarget } from './path.ts';
import type { Problems } from './problems.ts';
import { decideRetryMs } from './retry.ts';
import { openScope, type Scope } from './scope.ts';
import type { ThrottleGate } from './throttle-gate.ts';
import type { AccountClientSettings, AccountRequest, AccountResponse } from './types.ts';
import type { WireAnswer } from './wire.ts';

export interface SenderParts {
  readonly settings: AccountClientSettings;
  readonly base: BaseAddress;
  readonly api: Destination;
  readonly files: Destination;
  readonly gate: ThrottleGate;
  readonly courier: Courier;
  readonly problems: Problems;
  readonly health: HealthRecord;
  readonly prover: Prover;
  readonly budget: RetryBudget;
  /** The longest a whole call may take. */
  readonly callMs: number;
}

/** What a caller may say about the part of a file it wants; everything else in a request is ours. */
const PASSED_ON: ReadonlySet<string> = new Set(['range', 'if-range', 'if-none-match']);

/** Makes whole calls: proves the account, repeats what may be repeated, and keeps the account's health. */
export class Sender {
  private readonly parts: SenderParts;
  private readonly closing = new AbortController();

  constructor(parts: SenderParts) {
    this.parts = parts;
  }

  /** See `AccountClient.send`. */
  async send(request: AccountRequest): Promise<AccountResponse> {
    const target = buildTarget(this.parts.base, request.path, request.query);
    const method = request.method ?? 'GET';
    return this.within(request.signal, async (scope) => {
      const outcome = await this.sendUntilFinal(method, target, scope);
      return this.conclude(outcome);
    });
  }

  /** See `AccountClient.open`. */
  async open(request: Omit<AccountRequest, 'method'> & OpenOptions): Promise<FileStream> {
    const target = buildTarget(this.parts.base, request.path, request.query);
    const wanted = Object.entries(request.headers).filter(([name]) => PASSED_ON.has(name.toLowerCase()));
    const own = { ...Object.fromEntries(wanted), accept: '*/*', 'accept-encoding': 'identity' };
    return this.within(request.signal, async (scope) => {
      const got = await this.tryWithFreshToken(
        (proof, attempt) =>
          this.parts.courier.open({
            destination: this.parts.files,
            request: { method: request.method, target, headers: { ...own, ...proof.headers } },
            scope,
            attempt,
          }),
        scope,
      );
      if (got.type === 'stream') return this.toFileStream(got.answer, request.signal);
      const { status, headers } = this.conclude(got);
      return { status, headers, body: Readable.from([]) };
    });
  }

  /** Ends the calls under way, and refuses new ones. */
  close(): void {
    const message = `This account of ${this.parts.settings.vendorName} is closed.`;
    this.closing.abort(this.parts.problems.error('VENDOR_UNAVAILABLE', message));
  }

  private async sendUntilFinal(
    method: 'GET' | 'POST' | 'DELETE',
    target: string,
    scope: Scope,
  ): Promise<Outcome> {
    const { budget, courier, api, settings } = this.parts;
    const own = { accept: 'application/json', 'accept-encoding': ACCEPTED_ENCODINGS };
    let last: Outcome | undefined;
    budget.earn();
    for (let retries = 0; ; retries += 1) {
      const errand = (proof: Proof): Omit<Errand, 'attempt'> => ({
        destination: api,
        request: { method, target, headers: { ...own, ...proof.headers } },
        scope,
      });
      try {
        last = await this.tryWithFreshToken(
          (proof, repeat) => courier.fetch({ ...errand(proof), attempt: retries + repeat }),
          scope,
        );
      } catch (error) {
        // No leave to try once more: what the vendor said before is the better answer.
        if (last !== undefined && error instanceof VendorError) return last;
        throw error;
      }
      const waitMs = this.retryWaitMs(method, last, retries, scope);
      if (waitMs === undefined) return last;
      await sleep(settings.tools.clock, waitMs, scope.signal);
    }
  }

  /** One attempt, and one more with a new token where the vendor says that the old one has expired. */
  private async tryWithFreshToken<Got extends Outcome | { readonly type: 'stream' }>(
    attempt: (proof: Proof, number: number) => Promise<Got>,
    scope: Scope,
  ): Promise<Got> {
    const { prover } = this.parts;
    const proof = await prover.prove(scope.signal);
    const got = await attempt(proof, 1);
    if (got.type !== 'answer' || !prover.isWorthRenewing(got.response, proof)) return got;
    return attempt(await prover.prove(scope.signal), 2);
  }

  private retryWaitMs(
    method: string,
    outcome: Outcome,
    retriesSoFar: number,
    scope: Scope,
  ): number | undefined {
    const { gate, problems, budget, settings } = this.parts;
    const waitMs = decideRetryMs({
      method,
      end: endOf(outcome),
      isThrottled: outcome.type === 'answer' && problems.isThrottled(outcome.response),
      retriesSoFar,
      gateMs: gate.remainingMs(),
      remainingMs: scope.endsAt - settings.tools.clock.now(),
      dice: settings.tools.random.next(),
    });
    return waitMs !== undefined && budget.spend() ? waitMs : undefined;
  }

  private async within<Result>(
    signal: AbortSignal | undefined,
    work: (scope: Scope) => Promise<Result>,
  ): Promise<Result> {
    const { settings, callMs, health, problems } = this.parts;
    const scope = openScope(settings.tools.clock, callMs, signal, this.closing.signal);
    try {
      return await work(scope);
    } catch (error) {
      const problem = scope.isOverdue() && !(error instanceof VendorError) ? problems.overdue() : error;
      if (problem instanceof VendorError) health.note(problem.code);
      throw problem;
    } finally {
      scope.close();
    }
  }

  private conclude(outcome: Outcome): AccountResponse {
    const { health, problems } = this.parts;
    if (outcome.type === 'fault') throw problems.fault(outcome.end, outcome.error);
    const { response } = outcome;
    const isTrouble = response.status >= 500 || response.status === 401 || problems.isThrottled(response);
    health.note(isTrouble ? problems.fromResponse(response, 'an answer').code : null);
    return response;
  }

  private toFileStream({ status, headers, body }: WireAnswer, signal: AbortSignal | undefined): FileStream {
    const { settings, health, problems } = this.parts;
    health.note(null);
    const stream = new FileBody({
      source: body,
      clock: settings.tools.clock,
      idleMs: settings.limits.timeoutMs,
      signal,
      toError: (end, cause) => problems.fault(end, cause),
    });
    return { status, headers, body: stream };
  }
}
