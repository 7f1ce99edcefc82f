import { createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StartError, VendorError } from '../../src/export/errors.ts';
import { createAccountClient } from '../../src/http/client.ts';
import type { AccountClient } from '../../src/http/types.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { createTestTools } from '../support/tools.ts';
import { type Cut, startCuttingServer, toAnswer } from './cutting-server.ts';
import { sendOrder } from './order-support.ts';
import { API_KEY, drive, RULES } from './support.ts';

const TIMEOUT_MS = 10_000;

/** How a call ended, and what the vendor had of it. */
interface Ending {
  readonly outcome: unknown;
  readonly received: number;
  readonly isAnswered: boolean;
}

function createClient(origin: string, clock: ManualClock, maxConcurrent = 4): AccountClient {
  return createAccountClient({
    vendor: 'hi-energy',
    vendorName: 'Hi Energy',
    account: 'hi',
    baseUrl: `${origin}/api/v1`,
    credential: { type: 'api-key', apiKey: API_KEY },
    limits: { requestsPerSecond: 10_000, maxConcurrent, timeoutMs: TIMEOUT_MS },
    rules: RULES,
    tools: createTestTools({ clock }),
  });
}

/** One order to a vendor that ends the exchange where it is told to. */
async function orderThrough(cut: Cut): Promise<Ending> {
  const clock = createManualClock();
  await using server = await startCuttingServer(clock, cut);
  const client = createClient(server.url, clock);
  const outcome = await drive(clock, sendOrder(client), 500).catch((error: unknown) => error);
  // Long enough for every retry that there might be.
  await clock.advance(3 * TIMEOUT_MS);
  await client.close();
  return { outcome, received: server.received.length, isAnswered: server.answered > 0 };
}

/** What must hold wherever an exchange ends. */
function expectTruth({ outcome, received, isAnswered }: Ending, status: number): void {
  expect(received).toBeLessThanOrEqual(1);
  const isCarriedOut = received === 1 && status >= 200 && status < 300;
  if (outcome === 'job-1') {
    expect(isCarriedOut && isAnswered).toBe(true);
    return;
  }
  expect(outcome instanceof StartError || outcome instanceof VendorError).toBe(true);
  const { code } = outcome as StartError | VendorError;
  if (code === 'START_OUTCOME_UNKNOWN') return;
  // Everything else says that nothing was begun, which is true only of an order that never came whole, or was refused.
  expect([code, isCarriedOut]).toEqual([code, false]);
  if (received === 1) expect([code, isAnswered]).toEqual([code, true]);
}

const STATUSES = [200, 201, 202, 204, 302, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503] as const;
const ANSWER_LENGTH = toAnswer(202, { id: 'job-1' }).length;

describe('an exchange that is cut', () => {
  it('at whichever byte of the request, is no order twice and no "nothing was begun" about one that came', async () => {
    // The request is some 330 bytes long; past its end the cut comes with its last byte.
    for (let requestBytes = 0; requestBytes <= 400; requestBytes += 1) {
      const ending = await orderThrough({
        requestBytes,
        delayMs: 0,
        answer: toAnswer(202, { id: 'job-1' }),
        answerBytes: null,
        end: 'reset',
      });

      expectTruth(ending, 202);
      if (ending.received === 1) expect(ending.outcome).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
    }
  });

  it.each(['reset', 'close', 'silence'] as const)(
    'by a %s at whichever byte of the answer, is a lost answer, unless the answer had come whole',
    async (end) => {
      for (let answerBytes = 0; answerBytes <= ANSWER_LENGTH; answerBytes += 1) {
        const ending = await orderThrough({
          requestBytes: null,
          delayMs: 0,
          answer: toAnswer(202, { id: 'job-1' }),
          answerBytes,
          end,
        });

        expectTruth(ending, 202);
        expect(ending.received).toBe(1);
        if (answerBytes < ANSWER_LENGTH)
          expect(ending.outcome).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
        else if (end !== 'reset') expect(ending.outcome).toBe('job-1');
      }
    },
  );

  it('on a connection that was kept from the order before, is not begun anew on another', async () => {
    const orders: number[] = [];
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      let onThis = 0;
      socket.on('error', () => undefined);
      socket.on('data', () => {
        onThis += 1;
        orders.push(connections);
        if (onThis === 1) socket.write(toAnswer(202, { id: 'job-1' }));
        else socket.resetAndDestroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { readonly port: number };
    const clock = createManualClock();
    const client = createClient(`http://127.0.0.1:${port}`, clock, 1);

    const outcomes: unknown[] = [];
    for (let count = 0; count < 3; count += 1)
      outcomes.push(await sendOrder(client).catch((error: unknown) => (error as StartError).code));
    await clock.advance(3 * TIMEOUT_MS);
    await client.close();
    await new Promise((resolve) => server.close(resolve));

    expect(outcomes).toEqual(['job-1', 'START_OUTCOME_UNKNOWN', 'job-1']);
    expect(orders).toEqual([1, 1, 2]);
  });

  it('at whichever byte of whichever answer, however late, is never two orders', async () => {
    const cuts = fc.record({
      status: fc.constantFrom(...STATUSES),
      body: fc.constantFrom({ id: 'job-1' }, {}, { code: 'SOME', message: 'Some words.' }),
      headers: fc.constantFrom(
        '',
        'connection: close\r\n',
        'retry-after: 1\r\n',
        'content-encoding: gzip\r\n',
      ),
      requestBytes: fc.option(fc.nat(400), { freq: 3 }),
      answerBytes: fc.option(fc.nat(200), { freq: 3 }),
      delayMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 * TIMEOUT_MS })),
      end: fc.constantFrom('reset', 'close', 'silence'),
    });

    await fc.assert(
      fc.asyncProperty(cuts, async ({ status, body, headers, ...cut }) => {
        const answer = toAnswer(status, body, headers);

        expectTruth(await orderThrough({ ...cut, answer }), status);
      }),
      { numRuns: 300 },
    );
  });
});
