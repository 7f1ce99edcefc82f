import { isDeepStrictEqual } from 'node:util';
import { toShownExport } from '../peers/exports.ts';
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
export async function checkAnswers(target: Target, bodies: readonly string[], vendorUrl: string): Promise<void> {
  for (const template of bodies) {
    lastNumber += 1;
    const body = template.replaceAll(NUMBER, String(lastNumber));
    const answer = await ask(target, body);
    const { locator, locators = [locator] } = (
      JSON.parse(body) as { variables: { locator: Locator; locators?: readonly Locator[] } }
    ).variables;
    const shown = answer.data?.exports ?? [answer.data?.export];
    const expected = await Promise.all(
      locators.map(async (one) => {
        const response = await fetch(vendorUrl + toVendorPath(one));
        return toShownExport(one, await response.json());
      }),
    );
    for (const [index, one] of expected.entries()) {
      const found = pick(shown[index]);
      if (isDeepStrictEqual(found, pick(one))) continue;
      throw new Error(
        `${target.name} answers ${JSON.stringify(found)} ${JSON.stringify(answer.errors)} where ${JSON.stringify(one)} is expected`,
      );
    }
  }
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
