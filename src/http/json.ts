/** Nesting beyond this is an attack on the code that walks the value, not an export. */
const MAX_DEPTH = 200;
/**
 * A hundred exports, the longest list that is ever asked for, with five hundred fields each. The engine's parser reads in one piece:
 * a hundred thousand different keys keep it busy for a tenth of a second, five megabytes of nothing but brackets for half a second.
 */
const MAX_VALUES = 50_000;

/** Longer texts are gone through in steps, so that others get their turn in between; a step takes some milliseconds. */
const STEP = 262_144;

/** Shorter rows of digits always fit a float exactly. */
const SHORTEST_UNSAFE = 16;

const OPENING = ['[', '{'] as const;
/** No part of JSON. */
const BYTE_ORDER_MARK = 0xfeff;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const MINUS = 0x2d;

/**
 * Reads JSON without losing a digit: integers that a float cannot hold come as decimal strings, so that a 64-bit id
 * stays itself. The engine's own parser does it alone where there is no such integer and the text is too short to go over a bound;
 * other texts are scanned first, which takes about twice the parser's time.
 *
 * @returns `undefined` for what is no JSON, is nested deeper than 200 levels or holds more than 50,000 values
 */
export function parseJson(text: string): unknown {
  // Each value takes a character at least.
  if (text.length <= MAX_VALUES && !hasLongDigits(text) && !mayNestTooDeep(text)) {
    return parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text);
  }
  const scanner = new Scanner(text);
  scanner.goOn(text.length);
  return parse(scanner.result());
}

/** As `parseJson`; a long text is read in several turns of the event loop. */
export function readJson(text: string): unknown | Promise<unknown> {
  return text.length <= STEP ? parseJson(text) : readLongJson(text);
}

async function readLongJson(text: string): Promise<unknown> {
  const scanner = new Scanner(text);
  for (let end = STEP; scanner.goOn(end); end += STEP) await nextTurn();
  await nextTurn();
  const value = parse(scanner.result());
  await nextTurn();
  return value;
}

/**
 * Whether there is a row of digits that may be an integer which no float can hold. A row of sixteen has one of them in every sixteenth
 * place, so only those are looked at: a pattern takes as long for it as the parser takes for everything.
 */
function hasLongDigits(text: string): boolean {
  for (let at = SHORTEST_UNSAFE - 1; at < text.length; at += SHORTEST_UNSAFE) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let first = at;
    while (isDigit(text.charCodeAt(first - 1))) first -= 1;
    let end = at + 1;
    while (isDigit(text.charCodeAt(end))) end += 1;
    if (end - first >= SHORTEST_UNSAFE) return true;
  }
  return false;
}

/** Whether there are as many brackets as it takes; those inside of texts count too. */
function mayNestTooDeep(text: string): boolean {
  if (text.length <= 2 * MAX_DEPTH) return false;
  let left = MAX_DEPTH;
  for (const bracket of OPENING) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      left -= 1;
      if (left < 0) return true;
    }
  }
  return false;
}

function parse(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** One pass over a JSON text, in as many steps as wanted: quotes what a float cannot hold, and counts what the bounds are about. */
class Scanner {
  private readonly text: string;
  private readonly pieces: string[] = [];
  private copiedTo = 0;
  private index: number;
  private depth = 0;
  private values = 0;
  private isInString = false;

  constructor(text: string) {
    this.text = text;
    this.index = text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
    this.copiedTo = this.index;
  }

  /** Goes on up to about here. @returns whether there is more to do */
  goOn(end: number): boolean {
    const { text } = this;
    while (this.index < Math.min(end, text.length) && !this.isTooMuch) {
      if (this.isInString) this.skipToQuote();
      else this.take(text.charCodeAt(this.index));
    }
    return this.index < text.length && !this.isTooMuch;
  }

  /** The same JSON with every integer beyond 2^53 in quotes; `undefined` where it is over a bound. */
  result(): string | undefined {
    if (this.isTooMuch) return undefined;
    const rest = this.text.slice(this.copiedTo);
    return this.pieces.length === 0 ? rest : this.pieces.join('') + rest;
  }

  private get isTooMuch(): boolean {
    return this.depth > MAX_DEPTH || this.values > MAX_VALUES;
  }

  private take(code: number): void {
    if (code === MINUS || isDigit(code)) {
      this.takeNumber();
      return;
    }
    this.index += 1;
    if (code === QUOTE) this.isInString = true;
    else if (code === COMMA) this.values += 1;
    else if (code === 0x5b || code === 0x7b) {
      this.depth += 1;
      this.values += 1;
    } else if (code === 0x5d || code === 0x7d) this.depth -= 1;
  }

  private skipToQuote(): void {
    const quote = this.text.indexOf('"', this.index);
    this.index = quote === -1 ? this.text.length : quote + 1;
    this.isInString = quote !== -1 && isEscaped(this.text, quote);
  }

  private takeNumber(): void {
    const { text, index } = this;
    const end = skipNumber(text, index);
    if (isUnsafeInteger(text, index, end)) {
      this.pieces.push(text.slice(this.copiedTo, index), '"', text.slice(index, end), '"');
      this.copiedTo = end;
    }
    this.index = end;
  }
}

function isEscaped(text: string, quote: number): boolean {
  let first = quote;
  while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (quote - first) % 2 === 1;
}

function skipNumber(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && isPartOfNumber(text.charCodeAt(index))) index += 1;
  return index;
}

function isUnsafeInteger(text: string, start: number, end: number): boolean {
  if (end - start < SHORTEST_UNSAFE) return false;
  const token = text.slice(start, end);
  return /^-?[1-9]\d*$/.test(token) && !Number.isSafeInteger(Number(token));
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isPartOfNumber(code: number): boolean {
  return isDigit(code) || code === 0x2e || code === 0x2b || code === MINUS || code === 0x65 || code === 0x45;
}
