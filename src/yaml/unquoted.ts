import { Lexer } from 'yaml';
import { type Problem, shorten } from './problem.ts';

/** A reference such as `${HI_KEY}` that stands inside brackets without quotes, where YAML takes its braces for a mapping. */
export class UnquotedReference {
  readonly fault: Omit<Problem, 'path'>;

  constructor(name: string) {
    this.fault = {
      found: `\${${shorten(name)}} without quotes inside brackets`,
      allowed: `"\${${shorten(name)}}": put it in quotes`,
    };
  }
}

/** In place of a reference's braces and what they hold: no text of a person's has it. */
const FILLER = '\uE000';
const REFERENCE = /^\{[A-Za-z_][A-Za-z0-9_]*(?::-[^{}\r\n]*)?\}/;

/**
 * The text with every unquoted reference inside brackets as one plain word of the same length, so that the rest of it can be read, and all
 * places stay. Undefined where there is none.
 */
export function joinUnquotedReferences(text: string): string | undefined {
  if (text.includes(FILLER)) return undefined;
  let joined = '';
  let offset = 0;
  let isBehindSign = false;
  for (const lexeme of new Lexer().lex(text)) {
    // The lexer's own marks stand in no file.
    if (!text.startsWith(lexeme, offset)) continue;
    const reference = isBehindSign && lexeme === '{' ? REFERENCE.exec(text.slice(offset)) : null;
    if (reference !== null) {
      joined += text.slice(joined.length, offset) + FILLER.repeat(reference[0].length);
    }
    isBehindSign = lexeme.endsWith('$');
    offset += lexeme.length;
  }
  return joined === '' ? undefined : joined + text.slice(joined.length);
}

/** The reference in a scalar that was read from a joined text; undefined where it holds none. */
export function unquotedReferenceIn(value: unknown, source: string): UnquotedReference | undefined {
  if (typeof value !== 'string' || !value.includes(FILLER)) return undefined;
  return new UnquotedReference(/\$\{([A-Za-z_][A-Za-z0-9_]*)/.exec(source)?.[1] ?? '');
}
