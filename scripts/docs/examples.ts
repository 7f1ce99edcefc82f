import { readFileSync } from 'node:fs';
import { parse, print } from 'graphql';
import { CODE_EXAMPLES } from './examples-of-codes.ts';
import { FIELD_EXAMPLES } from './examples-of-fields.ts';

/** One operation of the reference. test/docs/examples.test.ts runs each against the simulated vendors, and records the answer. */
export interface Example {
  /** What it is an example of: `Query.export`, `EXPORT_NOT_FOUND`, or an event and its code. */
  readonly of: string;
  /** What has to be the case for the answer, in one sentence. */
  readonly given?: string;
  readonly operation: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Headers beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What the request holds in place of operation and variables. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** A fault of the simulators that strikes Hi Energy: its kind, and an HTTP status where that is `status`. */
  readonly fault?: { readonly kind: string; readonly status?: number };
  /** Sections of the configuration that the gateway has besides the demo's. */
  readonly config?: Readonly<Record<string, object>>;
  /** Bounds of the account, besides the demo's. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Asked first, its answer not shown. */
  readonly before?: string;
}

export const EXAMPLES: readonly Example[] = [...FIELD_EXAMPLES, ...CODE_EXAMPLES];

/** What an example was answered with when it was last recorded. */
export interface Answer {
  /** Left out for 200, and for a stream. */
  readonly status?: number;
  readonly body: unknown;
}

const ANSWERS = new URL('answers.json', import.meta.url);

const readAnswers = (): Readonly<Record<string, Answer>> => JSON.parse(readFileSync(ANSWERS, 'utf8'));

/** An example as a page shows it. */
export function showExample(example: Example): string {
  const { of, given, operation, variables, headers, body } = example;
  const answer = readAnswers()[of];
  if (answer === undefined)
    throw new Error(`There is no answer for ${of}: EXAMPLES=write npx vitest run test/docs/examples.test.ts`);
  const sent = [
    ...(body === undefined ? [`\`\`\`graphql\n${toLines(operation)}\n\`\`\``] : [toJson(body)]),
    ...(variables === undefined ? [] : [toJson(variables)]),
    ...(headers === undefined
      ? []
      : [
          `with ${Object.entries(headers)
            .map(([name, value]) => `\`${name}: ${value}\``)
            .join(', ')}`,
        ]),
  ];
  const status = answer.status === undefined ? '' : ` with HTTP ${answer.status}`;
  const answers = Array.isArray(answer.body) ? answer.body : [answer.body];
  return [
    ...(given === undefined ? [] : [given]),
    ...sent,
    `is answered${status}${answers.length > 1 ? ' by these events, and more' : ''}:`,
    ...answers.map(toJson),
  ].join('\n\n');
}

/** An operation that is too long for a line, in several; one that is no GraphQL, as it is. */
function toLines(operation: string): string {
  if (operation.includes('\n') || operation.length <= 70) return operation;
  return print(parse(operation));
}

function toJson(value: unknown): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}
