import { type ErrorCode, Lexer, Parser, parseDocument, type YAMLError } from 'yaml';
import { type Problem, toLine } from './problem.ts';
import { MAX_LEVELS, TOO_DEEP } from './tree.ts';

/** How often aliases may repeat what they stand for, before a small file becomes a huge tree. */
const MAX_ALIAS_COUNT = 100;
const MAX_SYNTAX_PROBLEMS = 10;
const TOO_MANY_ALIASES: Problem = {
  path: [],
  found: 'an alias without an anchor before it, or aliases that repeat too much',
  allowed: `at most ${MAX_ALIAS_COUNT} repetitions`,
};

/**
 * The parser's findings in words of our own: its messages quote the file, and so perhaps a secret.
 *
 * Codes not named here are read as "something that is no YAML".
 */
const FOUND: Partial<Record<ErrorCode, string>> = {
  BAD_INDENT: 'an indentation that does not fit, or a bracket that is not closed',
  BAD_DQ_ESCAPE: 'an escape that YAML does not know',
  BLOCK_AS_IMPLICIT_KEY: 'a mapping or list on the line of its key',
  BLOCK_IN_FLOW: 'a block inside brackets',
  DUPLICATE_KEY: 'a key that the mapping has already',
  KEY_OVER_1024_CHARS: 'a key of more than 1024 characters',
  MISSING_CHAR: 'a missing quote, bracket, comma, colon or space',
  MULTILINE_IMPLICIT_KEY: 'a key over several lines, or a missing colon',
  MULTIPLE_DOCS: 'a second document',
  NON_STRING_KEY: 'a key that is no plain text',
  TAB_AS_INDENT: 'a tab as indentation',
  TAG_RESOLVE_FAILED: 'a tag that is not taken here',
};

/** The file as plain values, or one line per problem with its line and column. Never shows anything of the text. */
export function parseYaml(
  text: string,
): { readonly tree: unknown } | { readonly problems: readonly string[] } {
  const excess = findExcess(text);
  if (excess !== undefined) return { problems: [toLine(excess)] };
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    stringKeys: true,
    merge: false,
    // Tags such as !!binary and !!set would make values that no YAML reader expects in a configuration.
    resolveKnownTags: false,
    // `silent` would also keep quiet about a second document.
    logLevel: 'error',
  });
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) return { problems: toLines(errors) };
  try {
    return { tree: document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }) };
  } catch {
    // Too many aliases or one without an anchor: both are reference errors whose message may quote the file.
    return { problems: [toLine(TOO_MANY_ALIASES)] };
  }
}

/**
 * Counts levels and aliases without recursion, before the library builds the document with one call inside another: at
 * the end of the stack the runtime can die of a regular expression, which no `catch` sees. Each alias costs the library
 * a walk over the document.
 */
function findExcess(text: string): Problem | undefined {
  const parser = new Parser();
  let aliases = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const _token of parser.next(lexeme)) {
      // What is complete matters no more.
    }
    if (parser.stack.length > MAX_LEVELS) return { path: [], ...TOO_DEEP };
    if (lexeme.startsWith('*')) aliases += 1;
    if (aliases > MAX_ALIAS_COUNT) return TOO_MANY_ALIASES;
  }
  return undefined;
}

function toLines(errors: readonly YAMLError[]): readonly string[] {
  const lines = errors.map((error) => {
    const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
    return `line ${line}, column ${col}: found ${FOUND[error.code] ?? 'something that is no YAML'}, allowed: YAML 1.2`;
  });
  return [...new Set(lines)].slice(0, MAX_SYNTAX_PROBLEMS);
}
