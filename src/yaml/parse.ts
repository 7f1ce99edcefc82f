import {
  type Document,
  type ErrorCode,
  Lexer,
  LineCounter,
  Parser,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { type PlaceOf, placesIn, toPlace } from './places.ts';
import { findFancies } from './plain.ts';
import { type Place, type Problem, toEditorPrefix, toLine } from './problem.ts';
import { MAX_LEVELS, TOO_DEEP } from './tree.ts';
import { joinUnquotedReferences, unquotedReferenceIn } from './unquoted.ts';

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

/** A problem that may stand where no key can be named. */
export interface PlacedProblem extends Problem {
  readonly place?: Place | undefined;
}

export interface ParsedYaml {
  /** The file as plain values; `UnquotedReference` where one stands. */
  readonly tree: unknown;
  readonly placeOf: PlaceOf;
}

export interface ParseOptions {
  /** Refuses aliases, anchors, tags, merge keys and keys that every object has. */
  readonly isPlain?: boolean;
}

/** The file as plain values, or what is wrong with it and where. Never shows anything of the text. */
export function parseYaml(
  text: string,
  { isPlain = false }: ParseOptions = {},
): ParsedYaml | { readonly problems: readonly PlacedProblem[] } {
  const excess = findExcess(text);
  if (excess !== undefined) return { problems: [excess] };
  const { document, lines, errors, unquoted } = isPlain
    ? { ...parse(text), unquoted: [] }
    : parseJoined(text);
  if (errors.length > 0) return { problems: toProblems(errors, unquoted) };
  const fancies = isPlain ? findFancies(document, lines) : [];
  if (fancies.length > 0) return { problems: fancies };
  try {
    return { tree: document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }), placeOf: placesIn(document, lines) };
  } catch {
    // Too many aliases or one without an anchor: both are reference errors whose message may quote the file.
    return { problems: [TOO_MANY_ALIASES] };
  }
}

const START: Place = { line: 1, column: 1 };

/** One line: where the text is no YAML, the place says more than a key's path. */
export function toSyntaxLine({ place, ...problem }: PlacedProblem, file: string | undefined): string {
  if (file !== undefined && place === undefined) return `${toEditorPrefix(file, START)}: ${toLine(problem)}`;
  if (place === undefined) return toLine(problem);
  const where =
    file === undefined ? `line ${place.line}, column ${place.column}` : toEditorPrefix(file, place);
  return `${where}: found ${problem.found}, allowed: ${problem.allowed}`;
}

interface Parsed {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly errors: readonly YAMLError[];
}

/** An unquoted reference inside brackets breaks the syntax in several places: read as one word, it is one problem. */
function parseJoined(text: string): Parsed & { readonly unquoted: readonly PlacedProblem[] } {
  const parsed = parse(text);
  const joined = parsed.errors.length === 0 ? undefined : joinUnquotedReferences(text);
  if (joined === undefined) return { ...parsed, unquoted: [] };
  const repaired = parse(joined);
  const unquoted: PlacedProblem[] = [];
  visit(repaired.document, {
    Scalar(key, node) {
      const [start = 0, end = 0] = node.range ?? [];
      const reference = unquotedReferenceIn(node.value, text.slice(start, end));
      if (reference === undefined) return;
      unquoted.push({ path: [], place: toPlace(repaired.lines, start), ...reference.fault });
      if (key !== 'key') node.value = reference;
    },
  });
  return { ...repaired, unquoted };
}

function parse(text: string): Parsed {
  const lines = new LineCounter();
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
    lineCounter: lines,
  });
  return { document, lines, errors: [...document.errors, ...document.warnings] };
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

function toProblems(
  errors: readonly YAMLError[],
  unquoted: readonly PlacedProblem[],
): readonly PlacedProblem[] {
  const problems = errors.map((error) => {
    const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
    const found = FOUND[error.code] ?? 'something that is no YAML';
    return { path: [], place: { line, column: col }, found, allowed: 'YAML 1.2' };
  });
  const different = new Map(
    [...unquoted, ...problems].map((problem) => [JSON.stringify([problem.place, problem.found]), problem]),
  );
  return [...different.values()].slice(0, MAX_SYNTAX_PROBLEMS);
}
