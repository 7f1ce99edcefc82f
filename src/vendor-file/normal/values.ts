import type * as z from 'zod';
import type {
  Condition,
  Conversion,
  FactRule,
  InstantField,
  InstantRule,
  Pointers,
  Scalar,
  StatusReading,
  ValueRule,
} from '../declaration.ts';
import { parseDuration } from '../duration.ts';
import { isPointer, toPointer } from '../pointer.ts';
import type { statusSchema } from '../schema/status.ts';
import { toTemplate } from '../template.ts';

type RawPointers = string | readonly string[];

export function toPointers(raw: RawPointers): Pointers {
  const [first = '', ...others] = typeof raw === 'string' ? [raw] : raw;
  return [toPointer(first), ...others.map(toPointer)];
}

interface RawValue {
  readonly at?: RawPointers | undefined;
  readonly as?: Conversion | undefined;
  readonly absent?: readonly Scalar[] | undefined;
}

export function toValue(raw: RawPointers | RawValue): ValueRule {
  if (typeof raw === 'string' || isList(raw)) return { at: toPointers(raw), as: null, absent: [] };
  return { at: toPointers(raw.at ?? ''), as: raw.as ?? null, absent: raw.absent ?? [] };
}

interface RawInstant extends RawValue {
  readonly from?: InstantField | undefined;
  readonly plus?: string | undefined;
}

export function toInstant(raw: RawPointers | RawInstant): InstantRule {
  if (typeof raw === 'string' || isList(raw) || raw.from === undefined) return toValue(raw);
  return { from: raw.from, plusMs: parseDuration(raw.plus ?? '') ?? 0 };
}

/** Text that is a pointer leads into the answer; other text is the fact itself. */
export function toFact(raw: string | RawValue): FactRule {
  if (typeof raw !== 'string') return toValue(raw);
  return raw.startsWith('/') && isPointer(raw) ? toValue(raw) : { template: toTemplate(raw) };
}

function isList(raw: unknown): raw is readonly string[] {
  return Array.isArray(raw);
}

type RawReading = z.output<ReturnType<typeof statusSchema>>['words'][string];

export function toReading(raw: RawReading): StatusReading {
  const status = typeof raw === 'string' ? raw : raw.status;
  const outcome = typeof raw === 'string' ? undefined : raw.outcome;
  return { status, outcome: status === 'SUCCEEDED' ? (outcome ?? 'COMPLETE') : null };
}

type RawWhere = NonNullable<z.output<ReturnType<typeof statusSchema>>['refine'][number]>['where'];

export function toConditions(raw: RawWhere): readonly Condition[] {
  return Object.entries(raw).flatMap(([at, comparison]) => {
    if (typeof comparison !== 'object' || comparison === null) {
      return [{ at: toPointer(at), test: { is: comparison } }];
    }
    return Object.entries(comparison).map(([kind, value]) => ({
      at: toPointer(at),
      test: { [kind]: value } as unknown as Condition['test'],
    }));
  });
}

/** Fills a record's values anew. */
export function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  convert: (value: From, name: string) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, convert(value, name)]));
}
