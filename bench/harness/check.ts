import { isDeepStrictEqual } from 'node:util';
import { toShownExport } from '../peers/exports.ts';
import { toHiveBody } from './hive.ts';
import { type Locator, NUMBER, toVendorPath } from './operations.ts';
import type { Target } from './targets.ts';

/** Fields that depend on the server or on the moment. */
const OWN_FIELDS = new Set(['id', 'observation']);

interface Answer {
  readonly data?: { readonly export?: object; readonly exports?: readonly object[] };
  readonly errors?: readonly unknown[];
}

let lastNumber = 1_000;

/** Sends each body once and compares the answer, field by field, with what the vendor says. */
export async function checkAnswers(
  target: Target,
  bodies: readonly string[],
  vendorUrl: string,
): Promise<void> {
  for (const template of bodies) {
    lastNumber += 1;
    const body = template.replaceAll(NUMBER, String(lastNumber));
    const locators = toLocators(body);
    const wires = await Promise.all(
      locators.map(async (locator) => (await fetch(vendorUrl + toVendorPath(locator))).json() as unknown),
    );
    if (target.name === 'hive') await checkHive(target, body, wires);
    else await checkShown(target, body, locators, wires);
  }
}

async function checkShown(
  target: Target,
  body: string,
  locators: readonly Locator[],
  wires: readonly unknown[],
): Promise<void> {
  const { data, errors } = await ask(target, body);
  const shown = data?.exports ?? [data?.export];
  for (const [index, locator] of locators.entries()) {
    const found = pick(shown[index]);
    const expected = pick(toShownExport(locator, wires[index]));
    if (isDeepStrictEqual(found, expected)) continue;
    throw new Error(
      `${target.name} answers ${JSON.stringify({ found, errors })} where ${JSON.stringify(expected)} is expected`,
    );
  }
}

/** Hive answers in the vendors' own words: each of them must be in the vendor's answer. */
async function checkHive(target: Target, body: string, wires: readonly unknown[]): Promise<void> {
  const { data, errors } = await ask(target, toHiveBody(body));
  for (const [index, wire] of wires.entries()) {
    const found = (data as Readonly<Record<string, unknown>> | undefined)?.[`e${index}`];
    if (found !== undefined && holds(wire, found)) continue;
    throw new Error(
      `hive answers ${JSON.stringify({ found, errors })} where ${JSON.stringify(wire)} is expected`,
    );
  }
}

/** True where everything in `part` is in `whole` too. */
function holds(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return whole === part;
  if (typeof whole !== 'object' || whole === null) return false;
  return Object.entries(part).every(([field, value]) =>
    holds((whole as Readonly<Record<string, unknown>>)[field], value),
  );
}

function toLocators(body: string): readonly Locator[] {
  const { variables } = JSON.parse(body) as {
    variables: { locator?: Locator; locators?: readonly Locator[] };
  };
  return variables.locators ?? (variables.locator === undefined ? [] : [variables.locator]);
}

export async function ask({ url, authorization }: Target, body: string): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', authorization },
    body,
  });
  return (await response.json()) as Answer;
}

function pick(shown: object | undefined): object {
  return Object.fromEntries(Object.entries(shown ?? {}).filter(([field]) => !OWN_FIELDS.has(field)));
}
