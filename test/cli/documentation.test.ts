import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { LOCATOR_FORMS } from '../../src/cli/locator-argument.ts';
import { ORDER_FIELDS } from '../../src/cli/order-arguments.ts';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { runCli } from './support.ts';

const PAGE = new URL('../../docs/command-line.md', import.meta.url);

const COMMANDS = await readCommands();

/** All that the help names, those of `webhooks` and its like in two words. */
async function readCommands(...path: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await runCli([...path, '--help']);
  const [, list = ''] = stdout.split('Commands:\n');
  const names = [...list.matchAll(/^ {2}([\w-]+)/gm)].map(([, name = '']) => name);
  const found = names
    .filter((name) => name !== 'help')
    .map(async (name) => {
      const below = await readCommands(...path, name);
      return below.length > 0 ? below : [[...path, name].join(' ')];
    });
  return (await Promise.all(found)).flat();
}

describe('docs/command-line.md', () => {
  it('is about what there is', () => {
    expect(COMMANDS).toEqual(expect.arrayContaining(['list', 'webhooks send-test', 'completion', 'serve']));
  });

  it.each(COMMANDS)('has a section for waybill %s that names its every option', async (command) => {
    const page = await readFile(PAGE, 'utf8');
    const { stdout } = await runCli([...command.split(' '), '--help']);
    const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option = '']) => option);

    const [name = ''] = command.split(' ');
    expect(page).toMatch(new RegExp(`^## waybill ([\\w, ]+, )?${name}(,|$)`, 'm'));
    expect(options.length).toBeGreaterThan(2);
    expect(options.filter((option) => !page.includes(`\`${option}\``) && option !== '--help')).toEqual([]);
  });

  it('names every exit code and every form of a locator', async () => {
    const page = await readFile(PAGE, 'utf8');

    for (const code of Object.values(EXIT))
      expect(page).toMatch(new RegExp(`^\\| (\\d+, )?${code}(, \\d+)? \\|`, 'm'));
    for (const form of LOCATOR_FORMS.flatMap((forms) => forms.split(' or ')))
      expect(page).toContain(`\`${form}\``);
  });

  it.each(CODED_VENDOR_IDS)('names every field of an order of %s, and so does the help', async (vendor) => {
    const page = await readFile(PAGE, 'utf8');
    const { stdout: help } = await runCli(['start', '--help']);
    const rules = Object.entries<string>(ORDER_FIELDS[vendor].fields);
    const named = (isNeeded: boolean) =>
      rules.filter(([, rule]) => rule.endsWith('!') === isNeeded).map(([field]) => `\`${field}\``);

    const [, needed = '', others = ''] =
      new RegExp(`^\\| \`${vendor}\` \\| (.+) \\| (.+) \\|$`, 'm').exec(page) ?? [];
    const [, line = ''] = new RegExp(`^  ${vendor} +(.+)$`, 'm').exec(help) ?? [];
    expect([needed.split(', '), others.split(', ')]).toEqual([named(true), named(false)]);
    expect([...line.split(' '), 'account'].sort()).toEqual(
      rules.map(([field, rule]) => (rule.endsWith('!') ? `${field}!` : field)).sort(),
    );
  });

  it('shows what a wrong order is really answered with', async () => {
    const page = await readFile(PAGE, 'utf8');

    const { stderr } = await runCli(['start', 'hi-energy', 'reporttype=deals_excel', 'searchParams=active']);

    expect(page).toContain(stderr);
  });

  it('shows what a wrong locator is really answered with', async () => {
    const page = await readFile(PAGE, 'utf8');

    const { stderr } = await runCli(['watch', 'hi-energy:012', 'talkdesk:calls', 'acme:7']);

    expect(page).toContain(stderr);
  });
});
