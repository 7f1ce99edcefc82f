import { describe, expect, it } from 'vitest';
import type { Log } from '../../src/runtime/tools.ts';
import { startTestGateway } from '../support/gateway.ts';
import { createRecordingLog } from '../support/tools.ts';

const BROKEN = 'Cannot read properties of undefined at /srv/waybill/dist/log.js:17, host 10.0.0.7';

/** A log that fails at everything worth an error line. */
function createBrokenLog(): Log {
  const fail = (): never => {
    throw new TypeError(BROKEN);
  };
  return { ...createRecordingLog(), error: fail };
}

describe('a failure outside of any operation', () => {
  it('is answered with one sentence: no stack, no path, no host', async () => {
    // The mask over errors writes what it hides to the log; with that broken, the mask itself fails.
    await using gateway = await startTestGateway({
      accounts: [
        {
          key: 'hi',
          vendor: 'hi-energy',
          baseUrl: 'http://127.0.0.1:9',
          credential: { type: 'api-key', apiKey: 'key-1234' },
        },
      ],
      tools: { log: createBrokenLog(), secrets: createBrokenSecrets() },
    });

    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ export(locator: { hiEnergy: { exportId: 1 } }) { id } }' }),
    });
    const text = await response.text();

    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toEqual({
      errors: [
        {
          message: 'Unexpected error.',
          extensions: {
            code: 'INTERNAL_SERVER_ERROR',
            retryable: false,
            requestId: response.headers.get('x-request-id'),
          },
        },
      ],
    });
  });
});

function createBrokenSecrets() {
  return {
    add: () => undefined,
    addPassing: () => undefined,
    mask: (): string => {
      throw new TypeError(BROKEN);
    },
  };
}
