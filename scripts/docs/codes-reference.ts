import { type Example, showExample } from './examples.ts';
import { toAnchor } from './markdown.ts';

/** Where the page stands on the site. */
export const CODES_PLACE = 'reference/codes.md';

/** Codes that no request brings about by itself, and the test that does. */
export const OTHER_TESTS: Readonly<Record<string, string>> = {
  ACCESS_UNAVAILABLE: 'test/access/jwt.test.ts',
  INTERNAL_SERVER_ERROR: 'test/graphql/errors.test.ts',
  OPERATION_NOT_TRUSTED: 'test/graphql/trusted-documents.test.ts',
  SERVER_DRAINING: 'test/docs/subscriptions.test.ts',
  SLOW_CONSUMER: 'test/graphql/subscriptions-slow-consumers.test.ts',
  STORE_UNAVAILABLE: 'test/operations/conformance-mutations.test.ts',
  SUBSCRIPTION_LIMIT: 'test/graphql/subscriptions-protocol.test.ts',
  SUBSCRIPTION_TOKEN_EXPIRED: 'test/graphql/subscriptions-expiry.test.ts',
  WATCH_STORE_UNAVAILABLE: 'test/watch/outage.test.ts',
};

/**
 * A page with each code of docs/errors.md and the answer that it comes in.
 *
 * @param errors - the text of docs/errors.md
 */
export function toCodesReference(errors: string, examples: readonly Example[]): string {
  const sections = readCodes(errors).map(({ code, meaning }) => {
    const shown = examples.filter(({ of }) => of === code).map(showExample);
    const onStreams = examples.filter(({ of }) => of.endsWith(` ${code}`)).map(toStreamExample);
    const elsewhere =
      code in OTHER_TESTS ? [`No single request brings it about; \`${OTHER_TESTS[code]}\` does.`] : [];
    return [`## ${code}`, meaning, ...shown, ...onStreams, ...elsewhere].join('\n\n');
  });
  return `# Codes

Every code with the answer that it comes in; [errors](../errors.md) has them as tables. The answers are those of a gateway in front of the simulated vendors, recorded and
checked by a test. \`requestId\`, cursors, links and instants are others each time.

${sections.join('\n\n')}
`;
}

function toStreamExample(example: Example): string {
  const [event = ''] = example.of.split(' ');
  return `On a stream it comes in [\`${event}\`](./schema/objects.md#${toAnchor(event)}).\n\n${showExample(example)}`;
}

/** The rows of the tables, and what stands in them behind the code. */
function readCodes(errors: string): readonly { readonly code: string; readonly meaning: string }[] {
  return [...errors.matchAll(/^\| `([A-Z_]+)` \|(.+)\|$/gm)].map(({ 1: code = '', 2: cells = '', index }) => {
    const heads =
      errors
        .slice(0, index)
        .match(/^\| Code \|(.+)\|$/gm)
        ?.at(-1)
        ?.split('|')
        .slice(2, -1) ?? [];
    const lines = cells
      .split('|')
      .map((cell, column) => `- **${heads[column]?.trim()}**: ${toSite(cell.trim())}`);
    return { code, meaning: lines.join('\n') };
  });
}

/** Links of docs/ as they are from this page. */
function toSite(cell: string): string {
  return cell.replaceAll(/\]\((?!https?:)/g, '](../');
}
