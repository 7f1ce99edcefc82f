import { readFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the codegen sample of docs/trusted-documents.md', () => {
  it('says what each scalar is, so that a file has a link of text', async () => {
    const [, list = ''] = /scalars: \{ (.*?) \}/.exec(read('docs/trusted-documents.md')) ?? [];
    const scalars = Object.fromEntries(
      [...list.matchAll(/(\w+): '(\w+)'/g)].map(([, name, type]) => [name, type]),
    );
    const query = '{ export(locator: { hiEnergy: { exportId: "1" } }) { files { url urlExpiresAt } } }';

    const made = await codegen({
      filename: 'operations.ts',
      schema: parse(read('docs/schema.graphql')),
      documents: [{ location: 'query.graphql', document: parse(`query One ${query}`) }],
      config: {},
      plugins: [{ typescriptOperations: { scalars } }],
      pluginMap: { typescriptOperations },
    });

    const declared = [...read('docs/schema.graphql').matchAll(/^scalar (\w+)/gm)].map(([, name]) => name);
    expect(Object.keys(scalars).sort()).toEqual(declared.sort());
    expect(made).toMatch(/url: string/);
    expect(made).toMatch(/urlExpiresAt: string/);
  });
});
