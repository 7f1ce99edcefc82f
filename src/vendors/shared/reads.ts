import { VendorError } from '../../export/errors.ts';
import type { ExportKey, ExportSnapshot, LocatorIds } from '../../export/export.ts';
import type { Reading } from '../../export/ports.ts';
import type { AccountClient, CallOptions } from '../../http/types.ts';
import type { Clock } from '../../runtime/clock.ts';
import { ListHope, ListMemory } from './list-memory.ts';

/** How many calls' time a list and the single calls after it may take together: as many as one call with its retries. */
const MAX_READ_TIMEOUTS = 3;

/** Lists of one account of which something is remembered; whoever names more is asked for anew. */
const MAX_LISTS = 200;

/** One list as it came: what it holds, by the names that `ListCall.nameOf` gives. */
export interface Listed<Ids extends LocatorIds = LocatorIds> {
  readonly names: ReadonlySet<string>;
  /** What it says of an export; undefined where it says nothing, or nothing that can be read. */
  find(key: ExportKey<Ids>): ExportSnapshot | undefined;
}

/** A vendor's call that tells of many exports at once. */
export interface ListCall<Ids extends LocatorIds = LocatorIds> {
  /** Which list would hold an export; undefined where none would. */
  listOf(ids: Ids): string | undefined;
  /** What an export is called in its list. */
  nameOf(ids: Ids): string;
  /** @param wanted - the names that it is asked for: enough is read where they are all found. @throws VendorError */
  read(list: string, options: CallOptions | undefined, wanted: ReadonlySet<string>): Promise<Listed<Ids>>;
}

/** How a vendor's exports are read. */
export interface ReadParts<Ids extends LocatorIds = LocatorIds> {
  readonly http: AccountClient;
  readonly clock: Clock;
  /** The vendor's name in prose. */
  readonly vendorName: string;
  /** Of one vendor call. */
  readonly timeoutMs: number;
  /** One export by a call of its own. @throws VendorError */
  readOne(key: ExportKey<Ids>, options?: CallOptions): Promise<ExportSnapshot>;
  /** Where the vendor has one. */
  readonly list?: ListCall<Ids> | undefined;
  /** Told of every snapshot. */
  onSnapshot(snapshot: ExportSnapshot): void;
}

/** See `VendorAccount`. */
export interface VendorReads {
  readOne(key: ExportKey, options?: CallOptions): Promise<Reading>;
  readMany(keys: readonly ExportKey[], options?: CallOptions): Promise<readonly Reading[]>;
  listPays(count: number): boolean;
}

/**
 * Reads exports of one account: singly and at once, or in one list call where that has been found to pay; what the list does not
 * tell is then asked for singly. The account's own limits bound what goes out at a time.
 */
export function createReads<Ids extends LocatorIds>(parts: ReadParts<Ids>): VendorReads {
  return new Reads(parts as unknown as ReadParts);
}

const NO_OPTIONS: CallOptions = {};

class Reads implements VendorReads {
  private readonly parts: ReadParts;
  private readonly memories = new Map<string, ListMemory>();
  private readonly hope = new ListHope();
  private readonly tell = (snapshot: ExportSnapshot): ExportSnapshot => {
    this.parts.onSnapshot(snapshot);
    return snapshot;
  };

  constructor(parts: ReadParts) {
    this.parts = parts;
  }

  readOne(key: ExportKey, options: CallOptions = NO_OPTIONS): Promise<Reading> {
    return this.readWithin(key, options);
  }

  readMany(keys: readonly ExportKey[], options: CallOptions = NO_OPTIONS): Promise<readonly Reading[]> {
    const { list } = this.parts;
    // By global id: a key that is named twice is one.
    const readings = new Map<string, Promise<Reading>>();
    if (list !== undefined && keys.length > 1) this.readLists(list, keys, readings, options);
    return Promise.all(
      keys.map((key) => {
        let reading = readings.get(key.id);
        if (reading !== undefined) return reading;
        reading = this.readWithin(key, options);
        readings.set(key.id, reading);
        return reading;
      }),
    );
  }

  listPays(count: number): boolean {
    if (this.parts.list === undefined || count < 2) return false;
    const now = this.parts.clock.now();
    for (const memory of this.memories.values()) if (memory.pays(count, now)) return true;
    return this.memories.size === 0;
  }

  /** Asks for the lists that pay. Each export waits for its own list only, so that one slow list holds up no other. */
  private readLists(
    list: ListCall,
    keys: readonly ExportKey[],
    readings: Map<string, Promise<Reading>>,
    options: CallOptions,
  ): void {
    const { clock, timeoutMs } = this.parts;
    const now = clock.now();
    for (const [name, members] of groupByList(keys, list)) {
      if (name === undefined) continue;
      const wanted = new Set<string>();
      for (const { ids } of members) wanted.add(list.nameOf(ids));
      if (wanted.size < 2) continue;
      const memory = this.memoryOf(name);
      const { listed, isTrial } = memory.plan(wanted, now);
      if (listed.size > 0) {
        // The list call and what follows it share the time of one.
        const shared = { ...options, endsAt: now + MAX_READ_TIMEOUTS * timeoutMs };
        const told = this.askList(list, name, memory, listed, shared);
        for (const key of members) {
          const isListed = listed.has(list.nameOf(key.ids)) && !readings.has(key.id);
          if (isListed) readings.set(key.id, this.readListed(key, told, shared));
        }
      } else if (isTrial) {
        // Nothing waits for it, and it must not hold up what is waited for.
        void this.askList(list, name, memory, wanted, options);
      }
    }
  }

  /** What the list tells; an error where single calls would meet the same; undefined where they need not. */
  private async askList(
    list: ListCall,
    name: string,
    memory: ListMemory,
    wanted: ReadonlySet<string>,
    options: CallOptions,
  ): Promise<Listed | VendorError | undefined> {
    memory.begin(this.parts.clock.now());
    try {
      const listed = await list.read(name, options, wanted);
      memory.learn(wanted, listed.names);
      return listed;
    } catch (thrown) {
      if (options.signal?.aborted) return undefined;
      if (isLasting(thrown)) return thrown;
      memory.fail();
      return undefined;
    }
  }

  private async readListed(
    key: ExportKey,
    told: Promise<Listed | VendorError | undefined>,
    options: CallOptions & { readonly endsAt: number },
  ): Promise<Reading> {
    const listed = await told;
    if (listed instanceof VendorError) return listed;
    options.signal?.throwIfAborted();
    const found = listed?.find(key);
    if (found !== undefined) return this.tell(found);
    if (this.parts.clock.now() < options.endsAt) return this.readWithin(key, options);
    const { http, vendorName } = this.parts;
    const message = `${vendorName} did not answer in time, neither with its list nor one by one.`;
    return http.toError('VENDOR_TIMEOUT', message);
  }

  private readWithin(key: ExportKey, options: CallOptions): Promise<Reading> {
    return this.parts
      .readOne(key, options)
      .then(this.tell, (thrown: unknown) => this.toError(thrown, options));
  }

  /** @throws the signal's reason where that has aborted */
  private toError(thrown: unknown, { signal }: CallOptions): VendorError {
    signal?.throwIfAborted();
    if (thrown instanceof VendorError) return thrown;
    // Our own mistake, and still it spoils no neighbour.
    const { http, vendorName } = this.parts;
    const message = `An answer of ${vendorName} could not be read.`;
    const { code, vendor, account } = http.toError('VENDOR_BAD_RESPONSE', message);
    return new VendorError({ code, message, vendor, account, cause: thrown });
  }

  private memoryOf(name: string): ListMemory {
    const { memories } = this;
    let memory = memories.get(name);
    if (memory !== undefined) return memory;
    for (const oldest of memories.keys()) {
      if (memories.size < MAX_LISTS) break;
      memories.delete(oldest);
    }
    memory = new ListMemory(this.hope);
    memories.set(name, memory);
    return memory;
  }
}

function groupByList(
  keys: readonly ExportKey[],
  { listOf }: ListCall,
): ReadonlyMap<string | undefined, ExportKey[]> {
  const groups = new Map<string | undefined, ExportKey[]>();
  for (const key of keys) {
    const name = listOf(key.ids);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [key]);
    else group.push(key);
  }
  return groups;
}

/** True where single calls would fail like the list did, and only spend what is left of the account's budget. */
function isLasting(thrown: unknown): thrown is VendorError {
  if (!(thrown instanceof VendorError)) return false;
  const { code, httpStatus, retryAfterMs } = thrown;
  if (code === 'VENDOR_RATE_LIMITED' || code === 'VENDOR_UNAUTHENTICATED') return true;
  // An open breaker: nothing was sent, and it says when the next try may be.
  return code === 'VENDOR_UNAVAILABLE' && httpStatus === undefined && retryAfterMs !== undefined;
}
