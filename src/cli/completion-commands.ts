import { Argument, type Command } from 'commander';
import { COMPLETION_SCRIPTS, SHELLS, type Shell } from './completion/scripts.ts';
import { EXIT } from './exit-codes.ts';
import type { CommandIo } from './io.ts';

/** Adds `completion`, for people, and `complete`, which their shells ask. */
export function addCompletionCommands(
  program: Command,
  io: CommandIo,
  exitWith: (code: number | undefined) => void,
): void {
  program
    .command('completion')
    .summary('print what makes a shell complete commands, options and ids')
    .description(
      'Print what makes a shell complete commands, options, values, and the locators and keys that the gateway knows now.',
    )
    .addArgument(new Argument('<shell>', 'yours').choices(SHELLS))
    .addHelpText('after', COMPLETION_HELP)
    .action((shell: Shell) => {
      io.stdout.write(COMPLETION_SCRIPTS[shell]);
      exitWith(EXIT.succeeded);
    });

  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .helpOption(false)
    .action(async (words: string[]) => {
      const { complete } = await import('./completion/complete.ts');
      exitWith(await complete(words, program, io));
    });
}

const COMPLETION_HELP = `
Put one of these where your shell starts:
  bash   source <(waybill completion bash)          in ~/.bashrc
  zsh    source <(waybill completion zsh)           in ~/.zshrc, behind compinit
  fish   waybill completion fish | source           in ~/.config/fish/config.fish

WAYBILL_URL and WAYBILL_TOKEN say which gateway is asked, as --url and --token do; one that
does not answer within a second is not waited for.`;
