import { type AccountPool, createAccountPool, toIdentitySecret } from './accounts/pool.ts';
import { ExportReader } from './accounts/reader.ts';
import type { Config } from './config/config.ts';
import type { TokenKeeper } from './http/token-keeper.ts';
import type { Turns } from './operations/turns.ts';
import type { Tools } from './runtime/tools.ts';
import { openSharedState, type SharedState } from './shared-state.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { VendorCatalogue } from './vendors/catalogue.ts';
import { toCursorSecret } from './watch/cursor.ts';
import { createWatchHub, type WatchHub, type WatchHubOptions } from './watch/watch-hub.ts';

/** Everything that reads exports: the open accounts, one reader for all who ask, and the watches. */
export interface Exports {
  readonly pool: AccountPool;
  readonly reader: ExportReader;
  readonly hub: WatchHub;
  /** Calls back where a read brought another status of an export whose watch is over. */
  onRelearnt(listener: NonNullable<WatchHubOptions['onRelearnt']>): void;
  readonly shared: SharedState;
}

export interface ExportsSettings {
  readonly config: Config;
  readonly vendors: VendorCatalogue;
  readonly tools: Tools;
  /** As configured; made for this process where none is. */
  readonly linkSecret: string;
  /** Where accounts keep tokens that replace each other. */
  readonly tokens: TokenKeeper;
  readonly metrics: Pick<Metrics, 'onVendorCall' | 'onPoll' | 'observeBackplane'>;
  readonly turns: Turns;
  /** Left out: what is configured. */
  readonly shared?: SharedState | undefined;
}

/** Puts together what reads exports. The watches read through the reader, and the reader asks the watches first. */
export async function openExports({
  config,
  vendors,
  tools: own,
  linkSecret,
  tokens,
  metrics,
  turns,
  shared: given,
}: ExportsSettings): Promise<Exports> {
  const { accounts, files } = config;
  const shared = given ?? (await openSharedState(config, own));
  const tools = { ...own, clock: shared.clock };
  const pool = createAccountPool(accounts, tools, {
    vendors,
    onCall: metrics.onVendorCall,
    tokens,
    openGuard: shared.openGuard,
    identitySecret: toIdentitySecret(linkSecret),
  });
  const { backplane } = shared;
  metrics.observeBackplane({
    isReachable: () => shared.state() === 'ready',
    nodes: () => backplane.nodes,
    counters: shared.counters,
  });
  let onRelearnt: WatchHubOptions['onRelearnt'];
  const hub = await createWatchHub({
    backplane,
    tools,
    readMany: (account, keys, options) =>
      reader.ask(account, keys, {
        ...options,
        scope: { requestId: null, tenant: account.tenant, caller: null },
      }),
    cursorSecret: files.linkSecret === undefined ? undefined : toCursorSecret(files.linkSecret),
    onWatched: (identity, isWatched) => pool.onWatched(identity, isWatched),
    onPoll: metrics.onPoll,
    onRelearnt: (...given) => onRelearnt?.(...given),
  });
  const reader = new ExportReader(tools.clock, hub, () => turns.isBusy);
  return {
    ...{ pool, reader, hub, shared },
    onRelearnt: (listener) => {
      onRelearnt = listener;
    },
  };
}
