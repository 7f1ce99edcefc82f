import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';

const CANARY = 'canary-S3CR3T-0123456789abcdefghijklmnopqrstuvwxyz';

/** 24 bytes of base64. */
const WEBHOOK_CANARY = 'whsec_canaryS3CR3T0123456789abcdefghij';

/** A good file with a secret in every place that holds one. */
function goodFile() {
  return {
    server: { host: '127.0.0.1', port: 4000, mode: 'production' },
    access: { mode: 'keys', keys: [{ name: 'ui', key: CANARY, tenant: 'acme' }] },
    files: { linkSecret: CANARY, linkTtlMs: 60_000 },
    accounts: [
      {
        key: 'bi',
        vendor: 'power-bi',
        tenant: 'acme',
        credential: {
          type: 'client-credentials',
          tokenUrl: 'https://id.example.com/token',
          clientId: 'waybill',
          clientSecret: CANARY,
        },
        polling: { minMs: 1_000, maxMs: 60_000 },
      },
      {
        key: 'hi',
        vendor: 'hi-energy',
        credential: { type: 'api-key', apiKey: CANARY },
        limits: { maxConcurrent: 4 },
      },
      { key: 'hi-token', vendor: 'hi-energy', credential: { type: 'bearer', token: CANARY } },
      { key: 'env', vendor: 'web-admit', credential: { type: 'api-key', apiKey: `\${SECRET}` } },
    ],
    store: { kind: 'postgres', url: `postgres://waybill:${CANARY}@db.example.com/waybill` },
    backplane: {
      kind: 'redis',
      sentinels: ['sentinel-1.example.com:26379'],
      name: 'waybill',
      password: CANARY,
      sentinelPassword: CANARY,
    },
    webhooks: [
      {
        key: 'ops',
        tenant: 'acme',
        url: `https://hooks.example.com/${CANARY}?key=${CANARY}`,
        secret: WEBHOOK_CANARY,
        accounts: ['bi'],
      },
      { key: 'desk', url: 'http://10.0.0.1/', secret: [WEBHOOK_CANARY, `\${WEBHOOK}`], allowPrivate: true },
    ],
    limits: { depth: 10 },
  };
}

type Mutable = Record<string | number, unknown>;

/** Every mapping and list of a file. */
function containersOf(value: unknown): readonly Mutable[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Mutable, ...Object.values(value).flatMap(containersOf)];
}

/** What a hurried person does to a file: one key of one mapping at a time. */
const MUTATIONS: Readonly<Record<string, (container: Mutable, key: string, value: unknown) => void>> = {
  remove: (container, key) => {
    delete container[key];
  },
  misspell: (container, key) => {
    container[`${key}x`] = container[key];
    delete container[key];
  },
  snakeCase: (container, key) => {
    container[key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = container[key];
  },
  wrongType: (container, key, value) => {
    container[key] = value;
  },
  wrapInList: (container, key) => {
    container[key] = [container[key]];
  },
  wrapInMapping: (container, key) => {
    container[key] = { value: container[key] };
  },
  appendControlCharacter: (container, key) => {
    container[key] = `${String(container[key])}\r\n`;
  },
  double: (container, key) => {
    if (Array.isArray(container)) container.push(container[Number(key)]);
  },
};

describe('a secret in a wrong configuration', () => {
  it('is in no line, whatever else is wrong', () => {
    const mutation = fc.record({
      name: fc.constantFrom(...Object.keys(MUTATIONS)),
      container: fc.nat(),
      key: fc.nat(),
      value: fc.constantFrom<unknown>(null, true, 7, -1, '', [], {}, 'x', `\${NOT_SET}`, `\${SECRET}`),
    });
    let refused = 0;

    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
        const file = goodFile();
        for (const { name, container, key, value } of mutations) {
          const containers = containersOf(file).filter((each) => Object.keys(each).length > 0);
          const chosen = containers[container % containers.length];
          const keys = Object.keys(chosen ?? {});
          const chosenKey = keys[key % keys.length];
          if (chosen !== undefined && chosenKey !== undefined) MUTATIONS[name]?.(chosen, chosenKey, value);
        }

        const loaded = loadConfig({
          text: stringify(file),
          env: { SECRET: CANARY, WEBHOOK: WEBHOOK_CANARY },
        });

        if (!('problems' in loaded)) return;
        refused += 1;
        expect(loaded.problems.join('\n')).not.toMatch(/canary|S3CR3T|abcdef/);
        for (const line of loaded.problems) {
          expect(line).toMatch(/^[^\p{Cc}]+: found [^\p{Cc}]+, allowed: [^\p{Cc}]+$/u);
          expect(line.length).toBeLessThan(500);
        }
      }),
      { numRuns: 1_000, seed: 20_261_122 },
    );

    expect(refused).toBeGreaterThan(800);
  });

  it.each([
    `accounts: [{ key: a, vendor: web-admit, credential: ${CANARY} }]`,
    `accounts: [{ key: a, vendor: web-admit, credential: { type: ${CANARY} } }]`,
    `accounts: [{ key: a, vendor: web-admit, credential: { type: api-key, apiKey:${CANARY} } }]`,
    `accounts: [{ key: a, vendor: web-admit, credential: { type: api-key, ${CANARY} } }]`,
    `accounts: [{ key: a, vendor: web-admit, credential: { type: api-key, apiKey: [${CANARY}] } }]`,
    `accounts: [{ key: a, vendor: web-admit, credential: { type: api-key, apiKey: { ${CANARY}: 1 } } }]`,
    `accounts: [{ key: a, vendor: web-admit, apiKey: ${CANARY} }]`,
    `accounts: [${CANARY}]`,
    `accounts: ${CANARY}`,
    `access: ${CANARY}`,
    `access: { mode: keys, keys: ${CANARY} }`,
    `access: { mode: keys, keys: [${CANARY}] }`,
    `access: { mode: keys, keys: [{ name: "${CANARY} ", key: x }] }`,
    `files: { linkSecret: [${CANARY}] }`,
    `files: ${CANARY}`,
    `server: { publicUrl: "https://user:${CANARY}@h.example" }`,
    `server: { publicUrl: "https://h.example/?key=${CANARY}" }`,
    `server: { publicUrl: "https://h.example/#${CANARY}" }`,
    `server: { publicUrl: "${CANARY}" }`,
    `server: { allowedOrigins: "https://${CANARY}@h.example" }`,
    `accounts: [{ key: a, vendor: web-admit, baseUrl: "https:// ${CANARY}" }]`,
    `accounts: [{ key: a, vendor: power-bi, credential: { type: client-credentials, tokenUrl: "http://h/${CANARY}" } }]`,
    `server: { mode: "\${SECRET}", host: "a \${SECRET}", publicUrl: "http//\${SECRET}" }`,
    `server: { mode: "\${NOT_SET:-${CANARY}}" }`,
    `server: { mode: "\${${CANARY}}" }`,
    `webhooks: ${CANARY}`,
    `webhooks: [${CANARY}]`,
    `webhooks: [{ key: a, url: "ftp://${CANARY}", secret: ${CANARY} }]`,
    `webhooks: [{ key: a, url: "https://${CANARY}@h/", secret: [${CANARY}] }]`,
    `webhooks: [{ key: a, url: "https://h/#${CANARY}", secret: { ${CANARY}: 1 } }]`,
    `webhooks: [{ key: a, url: "http://h/${CANARY}", secret:${CANARY} }]`,
    `webhooks: [{ key: a, url: ["http://h/${CANARY}"], ${CANARY} }]`,
    `webhooks: [{ key: a, url: "http://h/?${CANARY}", secret: "${WEBHOOK_CANARY}=" }]`,
    `webhooks: [{ key: a, url: "http://h/?${CANARY}", secret: ["${WEBHOOK_CANARY}", 1] }]`,
    `store: ${CANARY}`,
    `store: { kind: postgres, url: ${CANARY} }`,
    `store: { kind: postgres, url: "postgres://u:${CANARY}@" }`,
    `store: { kind: postgres, url: "postgres://u:${CANARY}#@h/d" }`,
    `store: { kind: postgres, url: "postgres://u:${CANARY}%zz@h/d" }`,
    `store: { kind: postgres, url: { ${CANARY}: 1 } }`,
    `store: { kind: memory, url: "postgres://u:${CANARY}@h/d" }`,
    `store: { kind: sqlite, url: "postgres://u:${CANARY}@h/d" }`,
    `backplane: ${CANARY}`,
    `backplane: { kind: redis, url: ${CANARY} }`,
    `backplane: { kind: redis, url: "redis://:${CANARY}#@h" }`,
    `backplane: { kind: redis, url: "redis://:${CANARY}%zz@h" }`,
    `backplane: { kind: redis, url: ["redis://:${CANARY}@h"] }`,
    `backplane: { kind: redis, cluster: "redis://:${CANARY}@h" }`,
    `backplane: { kind: redis, cluster: ["redis://:${CANARY}@h:6379"] }`,
    `backplane: { kind: redis, sentinels: [":${CANARY}@h:6379"], name: w }`,
    `backplane: { kind: redis, url: "redis://:${CANARY}@h", password: ${CANARY} }`,
    `backplane: { kind: redis, url: "redis://h", password: [${CANARY}], sentinelPassword: ${CANARY} }`,
    `backplane: { kind: memory, url: "redis://:${CANARY}@h" }`,
    `{ ${CANARY}`,
    `a: "${CANARY}`,
    `a: !${CANARY} x`,
    `a: *${CANARY}`,
    `? [${CANARY}]\n: 1`,
    `${CANARY}: 1\n${CANARY}: 2`,
    CANARY,
  ])('is not told from %j', (text) => {
    const loaded = loadConfig({ text, env: { SECRET: CANARY } });

    expect(loaded).toHaveProperty('problems');
    expect(JSON.stringify(loaded)).not.toMatch(/canary|S3CR3T/);
  });
});
