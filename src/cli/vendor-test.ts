import { readFile } from 'node:fs/promises';
import type { VendorDeclaration } from '../vendor-file/declaration.ts';
import { readVendorFile } from '../vendor-file/read.ts';
import { CommandError } from './command-error.ts';
import { toTerminalText } from './display/terminal-text.ts';
import { EXIT } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import { readLive } from './vendor-live.ts';

export interface VendorTestOptions {
  /** An account's key and a locator. */
  readonly live?: readonly string[];
  readonly config?: string;
}

/** `waybill vendor test`. @returns the exit code @throws CommandError */
export async function vendorTest(file: string, options: VendorTestOptions, io: CommandIo): Promise<number> {
  const declaration = await readDeclaration(file, io);
  if (declaration === null) return EXIT.usage;
  if (options.live === undefined) return runSuite(declaration, io);
  const [account, locator, ...others] = options.live;
  if (account === undefined || locator === undefined || others.length > 0)
    throw new CommandError(
      EXIT.usage,
      '--live takes two words: an account of the configuration, and an export there.',
    );
  const config = options.config ?? io.environment.configFile;
  if (config === undefined)
    throw new CommandError(
      EXIT.usage,
      'With --live, name a configuration with --config FILE or WAYBILL_CONFIG.',
    );
  return readLive({ declaration, config, account, locator }, io);
}

/** Null where the file is not good: what is wrong with it has been told. */
async function readDeclaration(file: string, { stderr }: CommandIo): Promise<VendorDeclaration | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(EXIT.usage, `${toTerminalText(file)} cannot be read (${error.code}).`);
  });
  const result = readVendorFile(text, file);
  if ('declaration' in result) return result.declaration;
  for (const { line } of result.problems) stderr.write(`${toTerminalText(line)}\n`);
  return null;
}

interface Count {
  passed: number;
  failed: number;
}

async function runSuite(declaration: VendorDeclaration, { stdout, stderr }: CommandIo): Promise<number> {
  const { testVendor } = await import('../../simulator/index.ts');
  const groups = new Map<string, Count>();
  await testVendor(declaration, ({ groups: around, title, problem }) => {
    const [group = ''] = around;
    const count = groups.get(group) ?? { passed: 0, failed: 0 };
    groups.set(group, count);
    if (problem === null) count.passed += 1;
    else {
      count.failed += 1;
      const path = [...around.slice(1), title].join(' ');
      stderr.write(`FAILED  ${toTerminalText(path)}\n${indent(problem)}\n`);
    }
  });
  for (const [group, { passed, failed }] of groups)
    stdout.write(`${toTerminalText(group)}: ${passed} passed${failed === 0 ? '' : `, ${failed} failed`}.\n`);
  const failed = [...groups.values()].reduce((sum, count) => sum + count.failed, 0);
  return failed === 0 ? EXIT.succeeded : EXIT.failed;
}

function indent(problem: string): string {
  const lines = problem.split('\n').slice(0, 8);
  return lines.map((line) => `        ${toTerminalText(line)}`).join('\n');
}
