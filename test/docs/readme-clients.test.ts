import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const read = (name: string) => readFile(new URL(`../../${name}`, import.meta.url), 'utf8');

describe("the README's clients", () => {
  // test/docs/subscriptions.test.ts runs each program of that page against a gateway.
  it.each(['graphql-ws', 'Apollo Client', 'urql'])(
    'shows %s by the program that the page on subscriptions runs',
    async (name) => {
      const page = await read('docs/subscriptions.md');
      const [, program = ''] = /```js\n(.*?)```/s.exec(page.slice(page.indexOf(`## ${name}\n`))) ?? [];

      expect(program).toContain('exportEvents');
      expect(await read('README.md')).toContain(program);
    },
  );
});
