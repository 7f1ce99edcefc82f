import type { ClosedLoopRequest, LoadResult } from './load.ts';
import type { Child } from './processes.ts';
import { type Figure, toFigure } from './stats.ts';
import type { Builds, TargetName } from './targets.ts';
import type { VendorCounts, VendorSettings } from './vendor.ts';
import { hasWrk, runWrk } from './wrk.ts';

/** What a row is given. */
export interface Bench {
  readonly builds: Builds;
  readonly vendor: Vendor;
  /** Clients in a process of their own. */
  readonly load: Child;
  /** Servers that answer operations, the bare limit first. */
  readonly targets: readonly TargetName[];
  /** The checkouts of Waybill among them. */
  readonly waybills: readonly WaybillName[];
  readonly rounds: number;
  /** Of load on one server in one round. */
  readonly seconds: number;
  /** One round where a row can do with one, and fewer of everything. */
  readonly isQuick: boolean;
  say(text: string): void;
}

export type WaybillName = 'waybill' | 'baseline';

export interface Vendor {
  readonly url: string;
  readonly process: Child;
  set(settings: VendorSettings): Promise<void>;
  reset(): Promise<void>;
  counts(): Promise<VendorCounts>;
}

/** A bound that a figure keeps or misses. */
export interface Bound {
  readonly text: string;
  holds(value: number): boolean;
}

export const atLeast = (limit: number): Bound => ({
  text: `≥ ${limit}`,
  holds: (value) => round(value) >= limit,
});
export const atMost = (limit: number, unit = ''): Bound => ({
  text: `≤ ${limit}${unit === '' ? '' : ` ${unit}`}`,
  holds: (value) => round(value) <= limit,
});

/** Whoever reads 0.60 in the table shall not be told that 0.60 was missed. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** One line of the table. */
export interface Line {
  readonly measure: string;
  readonly unit?: string;
  readonly figures: Partial<Record<WaybillName, Figure>>;
  readonly must?: Bound;
  readonly aim?: Bound;
  /** How many times as much as the limit or a peer: what the chart shows. */
  readonly bars?: readonly { readonly name: TargetName; readonly value: number }[];
}

/** What a row measured besides, server by server. */
export interface Detail {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface RowResult {
  readonly lines: readonly Line[];
  readonly details: readonly Detail[];
}

export interface Row {
  readonly number: number;
  readonly title: string;
  measure(bench: Bench): Promise<RowResult>;
}

/** By wrk, or by clients of our own where there is none. */
export function runLoad(
  bench: Bench,
  request: Omit<ClosedLoopRequest, 'protocol'> & { readonly seconds: number },
): Promise<LoadResult> {
  if (hasWrk) return runWrk(request);
  return bench.load.ask<LoadResult>('run', { ...request, protocol: 'http' });
}

/** Round by round, one list of samples divided by another. */
export function toRatio(above: readonly number[], below: readonly number[]): Figure {
  return toFigure(above.map((value, index) => value / (below[index] ?? Number.NaN)));
}

/** The same figure for each checkout that was measured. */
export function forEachWaybill(
  bench: Bench,
  toValue: (name: WaybillName) => Figure | undefined,
): Partial<Record<WaybillName, Figure>> {
  const found: Partial<Record<WaybillName, Figure>> = {};
  for (const name of bench.waybills) {
    const figure = toValue(name);
    if (figure !== undefined) found[name] = figure;
  }
  return found;
}

/** All servers, or in a quick run, and where more would take too long, those that a line is about. */
export function chooseTargets(
  bench: Bench,
  needed: readonly TargetName[],
  isShort = bench.isQuick,
): readonly TargetName[] {
  return bench.targets.filter(
    (name) => !isShort || name === 'waybill' || name === 'baseline' || needed.includes(name),
  );
}
