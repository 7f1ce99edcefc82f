import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ReadManyOptions } from '../../src/accounts/reader.ts';
import type { ExportKey } from '../../src/export/export.ts';
import type { ReadOptions, VendorAccount } from '../../src/export/ports.ts';
import { startGateway } from '../../src/gateway.ts';
import { sweep } from '../support/sweep/sweep.ts';
import { runSchedule } from './schedule.ts';

/** Steps within which every planted leak is found; most are found in the first hundred. */
const STEPS = 4_000;

/** The leak that is planted at the moment; modules ask when a gateway is put together. */
const planted = vi.hoisted(() => ({ leak: '' }));

vi.mock('../../src/watch/topic.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/watch/topic.ts')>();
  return {
    ...original,
    toTopic(identity: string, exportId: string) {
      if (planted.leak === 'watches by vendor ids') return original.toTopic('anybody', toVendorIds(exportId));
      return original.toTopic(planted.leak === 'watches across tokens' ? 'anybody' : identity, exportId);
    },
  };
});

vi.mock('../../src/accounts/reader.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/accounts/reader.ts')>();
  type List = ReturnType<InstanceType<typeof original.ExportReader>['listRecent']>;
  class LeakyReader extends original.ExportReader {
    private readonly shared = new Map<string, List>();

    override readMany(account: VendorAccount, keys: readonly ExportKey[], options: ReadManyOptions) {
      return super.readMany(...leak(account, keys), options);
    }

    override listRecent(account: VendorAccount, limit: number, options?: ReadOptions): List {
      if (planted.leak !== 'lists across accounts') return super.listRecent(account, limit, options);
      const list = this.shared.get(account.vendor) ?? super.listRecent(account, limit);
      this.shared.set(account.vendor, list);
      return list;
    }
  }
  return { ...original, ExportReader: LeakyReader };
});

vi.mock('../../src/accounts/pool.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/accounts/pool.ts')>();
  return {
    ...original,
    createAccountPool(...args: Parameters<typeof original.createAccountPool>) {
      const pool = original.createAccountPool(...args);
      const directoryFor = pool.directoryFor.bind(pool);
      if (planted.leak === 'accounts across tenants')
        pool.directoryFor = (caller) => directoryFor({ ...caller, tenant: 'tenant0' });
      return pool;
    },
  };
});

vi.mock('../../src/accounts/plan.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/accounts/plan.ts')>();
  return {
    ...original,
    toIdentity(plan: Parameters<typeof original.toIdentity>[0]) {
      return original.toIdentity(
        planted.leak === 'identities across tenants' ? { ...plan, tenant: '' } : plan,
      );
    },
  };
});

vi.mock('../../src/http/tokens.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/http/tokens.ts')>();
  let shared: InstanceType<typeof original.TokenSource> | undefined;
  return {
    ...original,
    TokenSource: function create(...args: ConstructorParameters<typeof original.TokenSource>) {
      if (planted.leak !== 'tokens across accounts') return new original.TokenSource(...args);
      shared ??= new original.TokenSource(...args);
      return shared;
    },
  };
});

vi.mock('../../src/http/throttle-gate.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/http/throttle-gate.ts')>();
  let shared: InstanceType<typeof original.ThrottleGate> | undefined;
  return {
    ...original,
    ThrottleGate: function create(...args: ConstructorParameters<typeof original.ThrottleGate>) {
      if (planted.leak !== 'throttling across accounts') return new original.ThrottleGate(...args);
      shared ??= new original.ThrottleGate(...args);
      return shared;
    },
  };
});

vi.mock('../../src/operations/answer-stream.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/operations/answer-stream.ts')>();
  type Find = InstanceType<typeof original.Answers>['find'];
  class LeakyAnswers extends original.Answers {
    private readonly shared = new Map<string, ReturnType<Find>>();

    override find(...args: Parameters<Find>): ReturnType<Find> {
      if (planted.leak !== 'answers by vendor ids') return super.find(...args);
      const [event] = args;
      const name = `${event.type} ${toVendorIds(event.exportId)}`;
      const answer = this.shared.get(name) ?? super.find(...args);
      this.shared.set(name, answer);
      return answer;
    }
  }
  return { ...original, Answers: LeakyAnswers };
});

vi.mock('../../src/access/file-links.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/access/file-links.ts')>();
  class LeakySigner extends original.FileLinkSigner {
    override verify(token: string) {
      if (planted.leak !== 'links without signatures') return super.verify(token);
      const [payload = ''] = token.split('.');
      const text = Buffer.from(payload, 'base64url').toString();
      const [tenant, identity, exportId, index, expiresAt] = JSON.parse(text) as [
        string,
        string,
        string,
        number,
        number,
      ];
      return { tenant, identity, exportId, index, expiresAt };
    }
  }
  return { ...original, FileLinkSigner: LeakySigner };
});

vi.mock('../../src/vendors/hi-energy/mapping.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/vendors/hi-energy/mapping.ts')>();
  return {
    ...original,
    toSnapshot(...args: Parameters<typeof original.toSnapshot>) {
      const snapshot = original.toSnapshot(...args);
      if (planted.leak !== 'links of vendors') return snapshot;
      return {
        ...snapshot,
        details: { ...snapshot.details, parameters: { link: original.toLink(args[1]) } },
      };
    },
  };
});

vi.mock('../../src/store/memory-keys.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/store/memory-keys.ts')>();
  class LeakyKeys extends original.MemoryKeys {
    override take(key: Parameters<InstanceType<typeof original.MemoryKeys>['take']>[0], now: number) {
      return super.take(planted.leak === 'keys across tenants' ? { ...key, tenant: 'anybody' } : key, now);
    }
  }
  return { ...original, MemoryKeys: LeakyKeys };
});

vi.mock('../../src/store/memory-deliveries.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/store/memory-deliveries.ts')>();
  const { MemoryDeliveries } = original;
  class LeakyDeliveries extends MemoryDeliveries {
    override list(query: Parameters<InstanceType<typeof MemoryDeliveries>['list']>[0]) {
      return super.list(
        planted.leak === 'webhooks listed across tenants' ? { ...query, tenant: 'tenant0' } : query,
      );
    }

    override retry(tenant: string, id: string, now: number): boolean {
      if (planted.leak !== 'webhooks sent again across tenants') return super.retry(tenant, id, now);
      return [0, 1, 2, 3, 4].some((each) => super.retry(`tenant${each}`, id, now));
    }

    override find(tenant: string, id: string) {
      if (planted.leak !== 'webhooks sent again across tenants') return super.find(tenant, id);
      return [0, 1, 2, 3, 4].map((each) => super.find(`tenant${each}`, id)).find((found) => found) ?? null;
    }
  }
  return { ...original, MemoryDeliveries: LeakyDeliveries };
});

vi.mock('../../src/tracking/tracker.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/tracking/tracker.ts')>();
  const { Tracker } = original;
  class LeakyTracker extends Tracker {
    override events(...[tenant, ...rest]: Parameters<InstanceType<typeof Tracker>['events']>) {
      return super.events(planted.leak === 'tracked lists across tenants' ? 'tenant0' : tenant, ...rest);
    }
  }
  return { ...original, Tracker: LeakyTracker };
});

vi.mock('../../src/tracking/webhooks/owed.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/tracking/webhooks/owed.ts')>();
  return {
    ...original,
    toOwed(...args: Parameters<typeof original.toOwed>) {
      const owed = original.toOwed(...args);
      if (planted.leak !== 'webhooks across tenants') return owed;
      return owed.map((delivery) => ({ ...delivery, tenant: 'tenant0', endpoint: 't0-hook' }));
    },
  };
});

vi.mock('../../src/tracking/webhooks/sender.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/tracking/webhooks/sender.ts')>();
  const { WebhookSender } = original;
  class LeakySender extends WebhookSender {
    override send(...[endpoint, delivery, signal]: Parameters<InstanceType<typeof WebhookSender>['send']>) {
      const label = planted.leak === 'secrets in webhooks' ? (endpoint.secrets[0] ?? '') : delivery.label;
      const signer = { ...endpoint, secrets: [OTHER_SECRET] };
      const isForged = planted.leak === 'webhooks signed by others';
      return super.send(isForged ? signer : endpoint, { ...delivery, label }, signal);
    }
  }
  return { ...original, WebhookSender: LeakySender };
});

vi.mock('../../src/access/callback-links.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/access/callback-links.ts')>();
  class LeakySigner extends original.CallbackLinkSigner {
    override verify(token: string) {
      if (planted.leak !== 'callbacks without signatures') return super.verify(token);
      const [payload = ''] = token.split('.');
      const text = Buffer.from(payload, 'base64url').toString();
      const [tenant = '', identity = '', account = ''] = JSON.parse(text) as string[];
      return {
        tenant,
        identity,
        account,
        vendor: 'web-admit',
        ids: {},
        expiresAt: Number.MAX_VALUE,
      } as const;
    }
  }
  return { ...original, CallbackLinkSigner: LeakySigner };
});

const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Whose exports are read, and under which names, with a leak in it. */
function leak(account: VendorAccount, keys: readonly ExportKey[]): [VendorAccount, readonly ExportKey[]] {
  if (planted.leak === 'reads by vendor ids') {
    return [rename(account, 'anybody'), keys.map((key) => ({ ...key, id: toVendorIds(key.id) }))];
  }
  return [planted.leak === 'reads across tokens' ? rename(account, account.key) : account, keys];
}

/** What a name would be if it said nothing of whose it is: the vendor's own ids. */
function toVendorIds(exportId: string): string {
  const [, vendor, , ...ids] = JSON.parse(Buffer.from(exportId, 'base64url').toString()) as string[];
  return JSON.stringify([vendor, ...ids]);
}

function rename(account: VendorAccount, identity: string): VendorAccount {
  return Object.create(account, { identity: { value: identity } }) as VendorAccount;
}

describe('A schedule finds out a gateway that shares', () => {
  afterEach(() => {
    planted.leak = '';
  });

  it.each([
    'reads by vendor ids',
    'reads across tokens',
    'watches by vendor ids',
    'watches across tokens',
    'lists across accounts',
    'accounts across tenants',
    'identities across tenants',
    'tokens across accounts',
    'throttling across accounts',
    'answers by vendor ids',
    'links without signatures',
    'links of vendors',
    'keys across tenants',
    'tracked lists across tenants',
    'webhooks across tenants',
    'webhooks signed by others',
    'secrets in webhooks',
    'webhooks listed across tenants',
    'webhooks sent again across tenants',
    'callbacks without signatures',
  ])('%s', { timeout: 300_000 }, async (leak) => {
    planted.leak = leak;

    expect(await findViolations()).not.toEqual([]);
    const swept = await sweep().takeFindings();
    expect(swept.map(({ place }) => place)).toEqual(leak === 'secrets in webhooks' ? ['webhook'] : []);
  });
});

/** Not every schedule comes by every leak. */
async function findViolations(): Promise<readonly unknown[]> {
  for (const seed of [1, 2, 3]) {
    const { ledger } = await runSchedule({ seed, steps: STEPS, startGateway, enough: 1 });
    if (ledger.violations.length > 0) return ledger.violations;
  }
  return [];
}
