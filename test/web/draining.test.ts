import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { EVERYTHING_RUNS, EXPORT_QUERY, startFakedGateway, toLocator } from '../graphql/support.ts';
import { startTestGateway } from '../support/gateway.ts';

describe('a gateway that drains', () => {
  it('waits for nobody who has connected and asked nothing', async () => {
    const gateway = await startTestGateway();
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    await gateway.query('{ __typename }');
    const startedAt = performance.now();

    await gateway[Symbol.asyncDispose]();

    expect(performance.now() - startedAt).toBeLessThan(2_000);
    socket.destroy();
  });

  it('lets the answers under way finish, then ends their connections at once', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const gateway = await startFakedGateway({
      vendors: {
        talkdesk: async (request) => {
          await opened;
          return EVERYTHING_RUNS.talkdesk(request);
        },
      },
    });
    const answer = gateway.query(EXPORT_QUERY, { locator: toLocator('talkdesk', 1) });
    while (gateway.calls() === 0) await new Promise((resolve) => setImmediate(resolve));
    const startedAt = performance.now();

    const drained = gateway.gateway.drain();
    open();
    const { data, errors } = await answer;
    await drained;

    expect(errors).toEqual([]);
    expect(data.export.status).toBe('RUNNING');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await gateway[Symbol.asyncDispose]();
  });

  it('takes no new connection', async () => {
    const gateway = await startTestGateway();

    await gateway[Symbol.asyncDispose]();

    await expect(gateway.query('{ __typename }')).rejects.toThrow('fetch failed');
  });
});
