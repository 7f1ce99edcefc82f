import type { Backplane, BackplaneListener } from '../../../src/export/backplane.ts';
import type { RateWindow } from '../../../src/http/rate-limiter.ts';
import type { Tools } from '../../../src/runtime/tools.ts';
import { createWatchHub, type WatchHub, type WatchRequest } from '../../../src/watch/watch-hub.ts';
import { createMortalBackplane } from '../../backplane/mortal-backplane.ts';
import { createSeededRandom } from '../../support/manual-clock.ts';
import { createTestTools } from '../../support/tools.ts';
import type { SimulatedTime } from './clock.ts';
import { SimulatedAccount, type SimulatedVendors } from './vendors.ts';

export interface GatewaySettings {
  readonly time: SimulatedTime;
  readonly backplane: Backplane;
  readonly vendors: SimulatedVendors;
  readonly windows: readonly RateWindow[];
  /** Its number; another one after each restart. */
  readonly number: number;
  /** It has come to own an account. */
  readonly onOwned: (account: number, gateway: number) => void;
}

/** A gateway as far as watching goes: the real hub and poller, with a clock and a way to the backplane that end with it. */
export interface SimulatedGateway {
  readonly number: number;
  readonly hub: WatchHub;
  readonly isAlive: boolean;
  requests(indexes: readonly number[]): readonly WatchRequest[];
  /** As `kill -9`. */
  kill(): void;
}

export async function startGateway(settings: GatewaySettings): Promise<SimulatedGateway> {
  const { time, vendors, windows, number } = settings;
  const clock = time.process();
  const tools: Tools = createTestTools({ clock, random: createSeededRandom(number) });
  const mortal = createMortalBackplane(settings.backplane, time);
  const backplane = tellOwned(mortal.backplane, (account) => settings.onOwned(account, number));
  const hub = await createWatchHub({ backplane, tools, maxRemembered: 0 });
  const accounts = new Map<number, SimulatedAccount>();
  let isAlive = true;

  function account(index: number): SimulatedAccount {
    let made = accounts.get(index);
    if (made === undefined) {
      const window = windows[index] as RateWindow;
      made = new SimulatedAccount({ account: index, gateway: number, vendors, window, tools });
      accounts.set(index, made);
    }
    return made;
  }

  return {
    number,
    hub,
    get isAlive() {
      return isAlive;
    },
    requests: (indexes) =>
      indexes.map((index) => ({ account: account(vendors.accountOf(index)), key: vendors.key(index) })),
    kill() {
      isAlive = false;
      clock.kill();
      mortal.stop();
    },
  };
}

/** Takes note of which accounts come to be owned here. */
function tellOwned(inner: Backplane, onOwned: (account: number) => void): Backplane {
  const toAccount = (identity: string) => Number(identity.slice('acme/a'.length));

  async function connect(listener: BackplaneListener) {
    const node = await inner.connect({
      ...listener,
      onWanted(account, fence, exports) {
        onOwned(toAccount(account));
        listener.onWanted(account, fence, exports);
      },
    });
    return {
      ...node,
      async join(account: string, wanted: Parameters<typeof node.join>[1]) {
        const joined = await node.join(account, wanted);
        if (joined.fence !== null) onOwned(toAccount(account));
        return joined;
      },
    };
  }
  return { ...inner, connect };
}
