/**
 * Runs before every test file: nothing that a gateway or a command puts out, sends to a webhook or writes down may hold a secret of the
 * test, whatever the test is about. See CONTRIBUTING.md, "The canary sweep".
 */
import { afterAll, afterEach, vi } from 'vitest';
import { sweep } from './sweep.ts';
import { tapChildren, tapOutput } from './tap-process.ts';

vi.mock('../../../src/telemetry/secrets.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../src/telemetry/secrets.ts')>();
  const { tapSecrets } = await import('./tap-secrets.ts');
  return { ...original, createSecrets: () => tapSecrets(original.createSecrets(), sweep) };
});

vi.mock('../../../src/web/listener.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../src/web/listener.ts')>();
  const { tapServer } = await import('./tap-server.ts');
  return {
    ...original,
    createListener: (...args: Parameters<typeof original.createListener>) =>
      tapServer(original.createListener(...args), sweep),
    createOperatorsListener: (...args: Parameters<typeof original.createOperatorsListener>) =>
      tapServer(original.createOperatorsListener(...args), sweep),
  };
});

vi.mock('../../../src/http/post.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../src/http/post.ts')>();
  const { lookAtPost } = await import('./tap-told.ts');
  return {
    ...original,
    postOnce(...args: Parameters<typeof original.postOnce>) {
      lookAtPost(args[0], sweep());
      return original.postOnce(...args);
    },
  };
});

vi.mock('../../../src/store/sql/sqlite.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../src/store/sql/sqlite.ts')>();
  const { tapStore } = await import('./tap-told.ts');
  return {
    ...original,
    openSqliteStore: async (...args: Parameters<typeof original.openSqliteStore>) =>
      tapStore(await original.openSqliteStore(...args), args[0], sweep),
  };
});

const TAPPED = Symbol.for('waybill.test.tapped');

// Once for all files of one process: where they are not isolated, this runs before each.
if (!Reflect.has(globalThis, TAPPED)) {
  Reflect.set(globalThis, TAPPED, true);
  tapOutput(sweep);
  tapChildren(sweep);
}

const check = async (): Promise<void> => {
  const found = await sweep().takeFindings();
  if (found.length === 0) return;
  const places = found.map(({ place, kind }) => `${kind} in ${place}`).join('; ');
  throw new Error(`The canary sweep found what must not be told: ${places}.`);
};

afterEach(check);
afterAll(async () => {
  await check();
  // What is secret in one file may be a plain word in the next.
  sweep().forgetSecrets();
});
