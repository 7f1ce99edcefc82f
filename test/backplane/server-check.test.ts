import { describe, expect, it } from 'vitest';
import { type Ask, checkServer } from '../../src/backplane/redis/server-check.ts';

interface Told {
  readonly version?: string;
  readonly maxmemory?: string;
  readonly policy?: string;
  readonly more?: string;
}

/** A server whose INFO says this. */
function serverWith({ version = '7.0.15', maxmemory = '0', policy = 'noeviction', more = '' }: Told): Ask {
  const sections: Readonly<Record<string, string>> = {
    server: `# Server\r\nredis_version:${version}\r\n${more}redis_mode:standalone\r\n`,
    memory: `# Memory\r\nused_memory:1000\r\nmaxmemory:${maxmemory}\r\nmaxmemory_policy:${policy}\r\n`,
  };
  return async (_info, section = '') => Buffer.from(sections[section] ?? '');
}

const refusing =
  (message: string): Ask =>
  () =>
    Promise.reject(new Error(message));

describe('the check of a Redis server', () => {
  it.each([
    { version: '6.2.0' },
    { version: '7.0.15' },
    { version: '10.0.1', maxmemory: '536870912' },
    { version: '7.2.4', more: 'server_name:valkey\r\nvalkey_version:8.1.4\r\n' },
    // Nothing is ever evicted where there is no bound.
    { policy: 'allkeys-lru', maxmemory: '0' },
  ])('finds nothing wrong with %j', async (told) => {
    expect(await checkServer(serverWith(told))).toEqual({ faults: [], warnings: [] });
  });

  it.each(['6.0.16', '5.0.7', '2.8.24', 'unstable'])('refuses version %s', async (version) => {
    const { faults } = await checkServer(serverWith({ version }));

    expect(faults).toEqual([expect.stringMatching(/^Redis is .+: 6\.2 or later is needed, or Valkey\.$/)]);
  });

  it.each(['allkeys-lru', 'volatile-ttl', 'volatile-lru'])('refuses one that forgets: %s', async (policy) => {
    const { faults } = await checkServer(serverWith({ policy, maxmemory: '1000000' }));

    expect(faults).toEqual([
      `Redis forgets keys when it is full (maxmemory-policy ${policy}): set maxmemory-policy to noeviction, and maxmemory to what docs/several-gateways.md tells.`,
    ]);
  });

  it.each([
    "NOPERM User waybill has no permissions to run the 'info' command",
    "ERR unknown command 'INFO'",
    'Redis does not take it at the moment: NOPERM.',
  ])('warns where it may not ask: %s', async (message) => {
    expect(await checkServer(refusing(message))).toEqual({
      faults: [],
      warnings: [
        'Redis does not let its user ask INFO: see to it that it is 6.2 or later, and that maxmemory-policy is noeviction.',
      ],
    });
  });

  it.each(['Redis cannot be reached.', 'LOADING Redis is loading the dataset in memory'])(
    'leaves it open where nothing was answered: %s',
    async (message) => {
      await expect(checkServer(refusing(message))).rejects.toThrow(message);
    },
  );
});
