import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { LOCATOR_FORMS } from '../../src/cli/locator-argument.ts';
import { runCli } from './support.ts';

const PAGE = new URL('../../docs/command-line.md', import.meta.url);

describe('docs/command-line.md', () => {
  it.each(['watch', 'download'])('names every option of waybill %s', async (command) => {
    const page = await readFile(PAGE, 'utf8');
    const { stdout } = await runCli([command, '--help']);
    const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--\w+)/gm)].map(([, option = '']) => option);

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

  it('shows what a wrong locator is really answered with', async () => {
    const page = await readFile(PAGE, 'utf8');

    const { stderr } = await runCli(['watch', 'hi-energy:012', 'talkdesk:calls', 'acme:7']);

    expect(page).toContain(stderr);
  });
});
