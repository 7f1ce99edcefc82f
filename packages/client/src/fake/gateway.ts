import type { Clock } from '../clock.ts';
import type { WaybillError } from '../error.ts';
import * as documents from '../generated/documents.ts';
import type { Answer, Ask } from '../http.ts';
import type { Open } from '../link.ts';
import { toKey } from '../locator.ts';
import { type Fields, toFields, toText } from '../read.ts';
import type { Operation, StreamSink, TransportHost } from '../transport.ts';
import type { ExportLocator, Filter } from '../types.ts';
import { type FakeStep, ScriptedExport } from './script.ts';

/** What is asked, by the text that asks. */
const NAMES = new Map(Object.entries(documents).map(([name, text]) => [text, name]));

const CAPABILITIES = {
  canCancel: true,
  canList: true,
  canStart: true,
  reportsProgress: true,
  reportsTimes: true,
};

const STARTED: readonly FakeStep[] = ['QUEUED', 'RUNNING', 'SUCCEEDED'];

/** Something that has happened to an export. */
interface LogEntry {
  readonly sequence: number;
  readonly exportId: string;
  readonly event: Fields;
}

/** One stream that is open. */
interface OpenStream {
  readonly sink: StreamSink;
  /** What it is about; null for all that is tracked. */
  readonly ids: ReadonlySet<string> | null;
  readonly filter: Filter;
}

/** A gateway that stands in the same process, and does what its script says. */
export class FakeGateway {
  private readonly clock: Clock;
  private readonly stepMs: number;
  private readonly exports = new Map<string, ScriptedExport>();
  private readonly shown = new Map<string, number>();
  private readonly streams = new Set<OpenStream>();
  private readonly hosts = new Set<TransportHost>();
  private readonly log: LogEntry[] = [];
  private outage: WaybillError | null = null;

  constructor(script: Readonly<Record<string, readonly FakeStep[]>>, stepMs: number, clock: Clock) {
    this.clock = clock;
    this.stepMs = stepMs;
    for (const [name, steps] of Object.entries(script)) this.add(name, steps);
  }

  get streamCount(): number {
    return this.streams.size;
  }

  /** When the next step of any script is due; infinity where none is. */
  get nextStepAt(): number {
    const steps = [...this.exports.values()].map((each) => each.nextStepAfter(this.shown.get(each.id) ?? 0));
    return Math.min(...steps, Number.POSITIVE_INFINITY);
  }

  disconnect(error: WaybillError): void {
    this.outage = error;
    for (const host of [...this.hosts]) host.onLost(error);
  }

  reconnect(): void {
    this.outage = null;
  }

  /** Time has passed: tells what has changed. */
  tick(): void {
    const now = this.clock.now();
    for (const each of this.exports.values()) {
      const before = this.shown.get(each.id) ?? 0;
      // A step that nobody was there to see has happened all the same.
      for (let step = before + 1; step <= each.stepAt(now); step += 1) this.tell(each, step);
    }
  }

  readonly open: Open = (_credentials, host) => {
    this.hosts.add(host);
    const own = new Set<OpenStream>();
    let isOver = false;
    queueMicrotask(() => {
      if (isOver) return;
      if (this.outage === null) host.onLive();
      else host.onLost(this.outage);
    });
    return {
      open: (operation, sink) => {
        const stream = this.toStream(operation, sink);
        own.add(stream);
        queueMicrotask(() => {
          if (!isOver && own.has(stream) && this.outage === null) this.begin(stream, operation);
        });
        return () => {
          own.delete(stream);
          this.streams.delete(stream);
        };
      },
      probe() {},
      close: () => {
        isOver = true;
        this.hosts.delete(host);
        for (const stream of own) this.streams.delete(stream);
      },
    };
  };

  readonly ask: Ask = async ({ text, variables }, signal) => {
    signal?.throwIfAborted();
    await Promise.resolve();
    if (this.outage !== null) throw this.outage;
    const operation = NAMES.get(text);
    const locator = variables.locator as ExportLocator | undefined;
    switch (operation) {
      case 'WaybillExports':
        return this.read(variables.locators as readonly ExportLocator[]);
      case 'WaybillRecent':
        return { data: { recentExports: this.list(variables) }, errors: [] };
      case 'WaybillAccounts':
        return { data: { accounts: this.accounts() }, errors: [] };
      case 'WaybillVendors':
        return { data: { vendors: this.vendors() }, errors: [] };
      case 'WaybillStart':
        return this.start(toFields(variables.input));
      case 'WaybillUntrack':
        return this.change(locator, 'untrackExport', (each) => this.untrack(each));
      case 'WaybillTrack':
        return this.change(locator, 'trackExport', (each) => {
          each.isTracked = true;
          if (typeof variables.label === 'string') each.label = variables.label || null;
          this.tellAs(each, 'ExportTracked');
        });
      default:
        return this.change(locator, 'cancelExport', (each) => {
          each.cancel(this.clock.now());
          this.tellAs(each, 'ExportStatusChanged');
        });
    }
  };

  // ------------------------------------------------------------------ streams

  private toStream({ variables }: Operation, sink: StreamSink): OpenStream {
    const locators = variables.locators as readonly ExportLocator[] | undefined;
    const ids = locators?.map((locator) => this.find(locator)?.id ?? toKey(locator)) ?? null;
    return { sink, ids: ids && new Set(ids), filter: toFields(variables.filter) as Filter };
  }

  private begin(stream: OpenStream, { variables }: Operation): void {
    this.streams.add(stream);
    const after = typeof variables.after === 'string' ? Number(variables.after) : null;
    const ids = stream.ids ?? [...this.exports.keys()].filter((id) => this.exports.get(id)?.isTracked);
    if (after === null) for (const id of ids) this.show(stream, id);
    else for (const entry of this.log) if (entry.sequence > after) this.offer(stream, entry);
    this.complete(stream);
  }

  private show(stream: OpenStream, id: string): void {
    const each = this.exports.get(id);
    const base = { cursor: String(this.log.length), at: this.time(), exportId: id };
    const wire = each?.at(this.clock.now()) ?? {
      code: 'EXPORT_NOT_FOUND',
      message: 'The script has no such export.',
    };
    if (stream.ids === null && !fits(wire, stream.filter)) return;
    if ('code' in wire) stream.sink.next({ ...base, ...wire, __typename: 'ExportWatchFailed', export: null });
    else stream.sink.next({ ...base, __typename: 'ExportSnapshot', export: wire, isReplayGap: false });
  }

  private tell(each: ScriptedExport, step: number): void {
    const before = this.shown.get(each.id) ?? 0;
    this.shown.set(each.id, step);
    const last = toWireAt(each, before, this.stepMs);
    const now = toWireAt(each, step, this.stepMs);
    if ('code' in now) this.append(each, { ...now, __typename: 'ExportWatchFailed', export: null });
    else if (now.status !== last.status)
      this.append(each, {
        __typename: 'ExportStatusChanged',
        from: last.status,
        to: now.status,
        export: now,
      });
    else this.append(each, { __typename: 'ExportProgressed', progress: now.progress, export: now });
  }

  private tellAs(each: ScriptedExport, type: string): void {
    const wire = each.at(this.clock.now());
    this.append(each, { __typename: type, from: null, to: wire.status, export: wire });
  }

  private untrack(each: ScriptedExport): void {
    this.tellAs(each, 'ExportUntracked');
    each.isTracked = false;
  }

  private append(each: ScriptedExport, event: Fields): void {
    const sequence = this.log.length + 1;
    const whole = { cursor: String(sequence), at: this.time(), exportId: each.id, ...event };
    const entry = { sequence, exportId: each.id, event: whole };
    this.log.push(entry);
    for (const stream of [...this.streams]) {
      this.offer(stream, entry);
      this.complete(stream);
    }
  }

  private offer({ sink, ids, filter }: OpenStream, { exportId, event }: LogEntry): void {
    const isOfList = event.__typename === 'ExportTracked' || event.__typename === 'ExportUntracked';
    if (ids !== null) {
      if (ids.has(exportId) && !isOfList) sink.next(event);
      return;
    }
    // Of one that fits no longer, the change that took it away is told.
    const wasThere = typeof event.from === 'string' && fits({ status: event.from }, filter);
    const isShown = isOfList || fits(toFields(event.export), filter) || wasThere;
    if (isShown && this.exports.get(exportId)?.isTracked === true) sink.next(event);
  }

  private complete(stream: OpenStream): void {
    if (stream.ids === null) return;
    const now = this.clock.now();
    for (const id of stream.ids) if (this.exports.get(id)?.isTerminal(now) === false) return;
    this.streams.delete(stream);
    stream.sink.end(null);
  }

  // ------------------------------------------------------------------ questions

  private read(locators: readonly ExportLocator[]): Answer {
    const wires = locators.map((locator) => this.find(locator)?.at(this.clock.now()));
    const errors = wires.flatMap((wire, index) => {
      if (wire !== undefined && !('code' in wire)) return [];
      const { code = 'EXPORT_NOT_FOUND', message = 'The script has no such export.' } = wire ?? {};
      return [{ message, path: ['exports', index], extensions: { code, retryable: false } }];
    });
    const exports = wires.map((wire) => (wire === undefined || 'code' in wire ? null : wire));
    return { data: { exports }, errors };
  }

  private list({ filter, first = 20, after }: Readonly<Record<string, unknown>>): Fields {
    const wanted = toFields(filter) as Filter;
    const wires = [...this.exports.values()]
      .filter(({ isTracked }) => wanted.isTracked == null || wanted.isTracked === isTracked)
      .map((each) => each.at(this.clock.now()))
      .filter((wire) => !('code' in wire) && fits(wire, wanted));
    const start = typeof after === 'string' ? Number(after) : 0;
    const end = start + Number(first);
    return {
      nodes: wires.slice(start, end),
      pageInfo: { endCursor: String(end), hasNextPage: end < wires.length },
      unavailable: [],
    };
  }

  private accounts(): readonly Fields[] {
    const accounts = new Map([...this.exports.values()].map(({ account, vendor }) => [account, vendor]));
    return [...accounts].map(([key, vendor]) => ({
      id: key,
      key,
      vendor: { key: vendor, name: vendor, capabilities: CAPABILITIES },
      health: { state: 'HEALTHY', lastError: null, throttledUntil: null },
    }));
  }

  private vendors(): readonly Fields[] {
    const vendors = new Map([...this.exports.values()].map((each) => [each.vendor, each]));
    return [...vendors].map(([key, { idNames }]) => ({
      id: key,
      key,
      name: key,
      input: key.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      capabilities: CAPABILITIES,
      locator: idNames.map((name) => ({
        name,
        description: null,
        isOptional: false,
        pattern: null,
        example: null,
      })),
      order: [],
    }));
  }

  private start({ order, label }: Fields): Answer {
    const [input = 'hiEnergy'] = Object.keys(toFields(order));
    const vendor = input.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const number = 900_000 + this.exports.size;
    const ids = { 'hi-energy': `${number}`, talkdesk: `calls/${number}`, 'web-admit': `1/${number}` }[vendor];
    const report = '00000000-0000-4000-8000-000000000000';
    const each = this.add(`${vendor}:${ids ?? `${report}/${number}`}`, STARTED);
    each.label = typeof label === 'string' ? label : null;
    this.tellAs(each, 'ExportTracked');
    return {
      data: { startExport: { isExisting: false, export: each.at(this.clock.now()) } },
      errors: [],
    };
  }

  private change(
    locator: ExportLocator | undefined,
    field: string,
    change: (each: ScriptedExport) => void,
  ): Answer {
    const each = locator === undefined ? undefined : this.find(locator);
    if (each === undefined) {
      const extensions = { code: 'EXPORT_NOT_FOUND', retryable: false };
      return { data: { [field]: null }, errors: [{ message: 'The script has no such export.', extensions }] };
    }
    change(each);
    const payload = { export: each.at(this.clock.now()), exportId: each.id, wasTracked: true };
    return { data: { [field]: payload }, errors: [] };
  }

  private add(name: string, steps: readonly FakeStep[]): ScriptedExport {
    const each = new ScriptedExport(name, steps, this.clock.now(), this.stepMs);
    this.exports.set(each.id, each);
    return each;
  }

  private find(locator: ExportLocator): ScriptedExport | undefined {
    const key = toKey(locator);
    const whole = /^[^:]*@/.test(key) || typeof locator.id === 'string';
    return [...this.exports.values()].find(({ id }) => {
      const own = toKey({ id });
      return whole ? own === key || id === locator.id : own.endsWith(`@${key}`);
    });
  }

  private time(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

function toWireAt(each: ScriptedExport, step: number, stepMs: number): Fields {
  return each.at(each.startedAt + step * stepMs);
}

function fits(wire: Fields, { statuses, vendors, accounts, text }: Filter): boolean {
  const has = (list: readonly string[] | null | undefined, value: unknown): boolean =>
    list == null || value === undefined || list.includes(toText(value));
  const words = `${toText(wire.name)} ${toText(toFields(wire.tracking).label)}`.toLowerCase();
  return (
    has(statuses, wire.status) &&
    has(vendors, toFields(wire.vendor).key) &&
    has(accounts, toFields(wire.account).key) &&
    (text == null || words.includes(text.toLowerCase()))
  );
}
