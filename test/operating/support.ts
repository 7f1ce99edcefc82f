import type { LogLine } from '../support/tools.ts';

interface Logged {
  readonly log: { readonly lines: readonly LogLine[] };
}

/** The fields of every line with this message so far. */
export function linesOf({ log }: Logged, message: string): readonly LogLine['fields'][] {
  return log.lines.filter((line) => line.message === message).map(({ fields }) => fields);
}

export const ENDED = 'An operation has ended.';
export const BEGUN = 'A subscription has begun.';
export const SUBSCRIPTION_ENDED = 'A subscription has ended.';
export const REFUSED = 'A request was refused.';

/** Every sample of one metric: its labels as Prometheus writes them, and its value. */
export async function readSamples(url: string, name: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'));
  return new Map([...lines].map(([, labels = '', value]) => [labels, Number(value)]));
}

/** The sum over all samples whose labels hold these words. */
export async function readSum(url: string, name: string, ...words: readonly string[]): Promise<number> {
  const samples = [...(await readSamples(url, name))];
  return samples
    .filter(([labels]) => words.every((word) => labels.includes(word)))
    .reduce((sum, [, value]) => sum + value, 0);
}
