import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedGateway, startSimulatedGateway } from '../support/simulated-gateway.ts';
import { PATIENCE_MS, runCli } from './support.ts';

let gateway: SimulatedGateway;
let folder: string;
beforeAll(async () => {
  gateway = await startSimulatedGateway({ speed: 50 });
  folder = await mkdtemp(join(tmpdir(), 'waybill-examples-'));
}, PATIENCE_MS);
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The commands of a help's examples, without what stands behind a pipe. */
async function readExamples(command: string): Promise<readonly string[]> {
  const { stdout } = await runCli([command, '--help']);
  const lines = stdout.replaceAll(/\\\n\s*/g, '').matchAll(/^ {2}waybill (.+?)(?: \|.*)?$/gm);
  return [...lines].map(([, words = '']) => words);
}

/** As a shell would. */
function toWords(text: string): readonly string[] {
  return [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain);
}

describe('the examples of the help', { timeout: PATIENCE_MS }, () => {
  it.each(['list', 'accounts', 'watch', 'download', 'start'])(
    'of waybill %s hold in the demo',
    async (command) => {
      const examples = await readExamples(command);

      const results = new Map<string, unknown>();
      for (const example of examples) {
        const { exitCode, stderr } = await runCli([...toWords(example), '--url', gateway.url], {
          cwd: folder,
        });
        results.set(example, exitCode === 0 ? 0 : stderr);
      }

      expect(examples.length).toBeGreaterThan(1);
      expect(Object.fromEntries(results)).toEqual(Object.fromEntries(examples.map((each) => [each, 0])));
    },
  );
});
