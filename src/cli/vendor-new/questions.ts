import { CommandError } from '../command-error.ts';
import { isTerminal } from '../display/display.ts';
import { EXIT } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import {
  type Answers,
  type CredentialChoice,
  findIdProblem,
  findPathProblem,
  findUrlProblem,
  USUAL_WORDS,
} from './from-answers.ts';
import { parseWords } from './words.ts';

/** What has to be known; everything else has a usual value. */
const NEEDED = {
  id: '--id',
  name: '--name',
  baseUrl: '--base-url',
  path: '--path',
} as const satisfies Partial<Record<keyof Answers, string>>;

/**
 * Asks for what the command line does not say.
 *
 * @throws CommandError where nobody can be asked, or the person goes away
 */
export async function askForVendor(given: Partial<Answers>, io: CommandIo): Promise<Answers> {
  const missing = Object.entries(NEEDED).filter(([name]) => given[name as keyof typeof NEEDED] === undefined);
  const usual = { docs: null, credential: 'bearer', at: '', word: '/status', words: USUAL_WORDS } as const;
  if (missing.length === 0) return { ...usual, ...given } as Answers;
  if (io.stdin.isTTY !== true || !isTerminal(io.stderr, io)) {
    const options = missing.map(([, option]) => option).join(', ');
    throw new CommandError(
      EXIT.usage,
      `What is the vendor like? Give ${options}, or --openapi FILE and --status OPERATION.`,
    );
  }
  return { ...usual, ...given, ...(await ask(given, io)) };
}

/** The questions in their order, each only where its answer is not given. */
async function ask(given: Partial<Answers>, io: CommandIo): Promise<Omit<Answers, 'docs'>> {
  const { isCancel, select, text } = await import('@clack/prompts');
  const streams = { input: io.stdin as NodeJS.ReadStream, output: io.stderr as NodeJS.WriteStream };
  const stop = (): never => {
    throw new CommandError(EXIT.interrupted, '');
  };
  const askText = async (
    message: string,
    placeholder: string,
    validate: (value: string) => string | null,
  ): Promise<string> => {
    const answer = await text({
      message,
      placeholder,
      validate: (value) => validate(value ?? '') ?? undefined,
      ...streams,
    });
    return isCancel(answer) ? stop() : answer;
  };
  const name = given.name ?? (await askText('What is the vendor called?', 'Acme Reports', needed));
  const id =
    given.id ?? (await askText('Its id here, in lower case with hyphens?', 'acme-reports', findIdProblem));
  const baseUrl =
    given.baseUrl ?? (await askText('Where is its API?', 'https://api.acme.example', findUrlProblem));
  const credential =
    given.credential ??
    (await select<CredentialChoice>({
      message: 'How is a key sent?',
      options: [
        { value: 'bearer', label: 'Authorization: Bearer KEY' },
        { value: 'header', label: 'in a header of its own' },
        { value: 'basic', label: 'HTTP Basic' },
        { value: 'client-credentials', label: 'a token is asked for', hint: 'OAuth 2 client credentials' },
      ],
      ...streams,
    }));
  if (isCancel(credential)) return stop();
  const path =
    given.path ??
    (await askText('Which path says how one export stands?', '/v2/jobs/{jobId}', findPathProblem));
  const at =
    given.at ??
    (await askText('Where in the answer is the export? Empty: it is the whole', '/data', toPointerProblem));
  const word = given.word ?? (await askText('And its status, below that?', '/status', toPointerProblem));
  const words =
    given.words ??
    parseWords(
      await askText(
        'Which words are there? A meaning may be given',
        'queued, running, done=SUCCEEDED',
        toWordsProblem,
      ),
    );
  return { id, name, baseUrl, credential, path, at, word, words: typeof words === 'string' ? [] : words };
}

const needed = (value: string) => (value.trim() === '' ? 'This has to be said.' : null);
const toPointerProblem = (value: string) =>
  value === '' || value.startsWith('/') ? null : 'A JSON Pointer begins with /, as in /data/status.';
const toWordsProblem = (value: string) => {
  const words = parseWords(value);
  return typeof words === 'string' ? words : null;
};
