import { styleText } from 'node:util';
import type { ColorChoice, CommandIo, OutputStream } from '../io.ts';

export const COLOR_CHOICES: readonly ColorChoice[] = ['auto', 'always', 'never'];

export type Style = Parameters<typeof styleText>[0];

/** Text in a style, or as it is where there is none, or where there is to be no colour. */
export type Paint = (text: string, style: Style | undefined) => string;

/** How a stream is written to. */
export function createPaint(stream: OutputStream, io: CommandIo): Paint {
  if (!isColored(stream, io)) return (text) => text;
  // Whether to colour is decided here: by itself it looks at standard output, whatever is written to.
  return (text, style) =>
    style === undefined || text === '' ? text : styleText(style, text, { validateStream: false });
}

/** `--color` first, then FORCE_COLOR and NO_COLOR in Node's order, then whether anybody sees it. */
function isColored(stream: OutputStream, { colorChoice = () => 'auto', environment }: CommandIo): boolean {
  const choice = colorChoice();
  if (choice !== 'auto') return choice === 'always';
  const { FORCE_COLOR, NO_COLOR = '', TERM } = environment.variables;
  if (FORCE_COLOR !== undefined) return !['0', 'false'].includes(FORCE_COLOR);
  return NO_COLOR === '' && stream.isTTY === true && TERM !== 'dumb';
}

/** By the words that the gateway says: of exports, of accounts and of webhooks. */
const STYLES: Readonly<Record<string, Style>> = {
  RUNNING: 'cyan',
  CANCELING: 'yellow',
  SUCCEEDED: 'green',
  FAILED: 'red',
  CANCELED: 'gray',
  EXPIRED: 'gray',
  UNKNOWN: 'magenta',
  INTERRUPTED: 'yellow',
  STALLED: 'yellow',
  UNREADABLE: 'red',
  HEALTHY: 'green',
  DEGRADED: 'yellow',
  THROTTLED: 'yellow',
  UNAVAILABLE: 'red',
  OWED: 'yellow',
  DELIVERED: 'green',
  GIVEN_UP: 'red',
};

/** The style of a status, whatever stands behind it: `RUNNING 40%`. What waits its turn, and a word of tomorrow, has none. */
export function toStatusStyle(status: string): Style | undefined {
  const [word = ''] = status.split(' ', 1);
  return Object.hasOwn(STYLES, word) ? STYLES[word] : undefined;
}
