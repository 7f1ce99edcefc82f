import type { WatchedEvent } from '../gateway/event-stream.ts';
import type { OutputStream } from '../io.ts';
import type { Display } from './display.ts';

/** What JSON leaves as it is and a terminal might obey or hide. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;

/** A value as one line of JSON that is safe to print: the same value to whoever parses it. */
export function toJsonLine(value: unknown): string {
  const text = JSON.stringify(value).replace(UNSAFE, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
  return `${text}\n`;
}

/** Every event as it came, for programs. */
export class JsonDisplay implements Display {
  private readonly stream: OutputStream;
  private readonly problems: OutputStream;

  constructor(stream: OutputStream, problems: OutputStream) {
    this.stream = stream;
    this.problems = problems;
  }

  show({ __typename: type, ...event }: WatchedEvent): void {
    this.stream.write(toJsonLine({ type, ...event }));
  }

  notice(text: string): void {
    this.problems.write(`${text}\n`);
  }

  stop(): void {
    // Every line was whole when it was written.
  }
}
