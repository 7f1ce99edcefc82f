import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => `${gateway.url}/graphql`, fetchFn: fetch });

  it.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))(
    'passes audit %s',
    async (_title, audit) => {
      expect(await audit.fn()).toMatchObject({ status: 'ok' });
    },
  );

  it('has all 61 of them', () => {
    expect(audits).toHaveLength(61);
  });
});

describe('GraphQL over HTTP in production mode', () => {
  let production: TestGateway;
  beforeAll(async () => {
    production = await startTestGateway({ config: { server: { mode: 'production' } } });
  });
  afterAll(() => production[Symbol.asyncDispose]());

  const asked: string[] = [];
  const listening: typeof fetch = (input, init) => {
    asked.push(decodeURIComponent(`${String(input)} ${String(init?.body ?? '')}`));
    return fetch(input, init);
  };
  const audits = serverAudits({ url: () => `${production.url}/graphql`, fetchFn: listening });
  /** These read variables by way of `__type(name: $name)`, which is introspection. */
  const introspecting = ['2EA1', '28B9', 'D6D5', '6A70'];

  it.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))(
    'passes audit %s, unless it asks about the schema',
    async (_title, audit) => {
      asked.length = 0;

      const { status } = await audit.fn();

      if (!introspecting.includes(audit.id)) return expect(status).toBe('ok');
      expect(asked.join(' ')).toContain('__type(');
      expect(status).not.toBe('ok');
    },
  );
});
