import type { FileStream } from '../../export/ports.ts';
import { isReport } from './types.ts';

/** How much of an answer that is too big to be read whole is looked at. */
const HEAD_LENGTH = 2_000;

/** A report's first fields are texts and numbers; its entries come last. */
const REPORT_HEAD = /^\s*\{(?:\s*"[^"]*"\s*:\s*(?:"[^"]*"|[\w.+-]+)\s*,)*\s*"entries"\s*:\s*\[/;

/** True where a media type is written as JSON: then the content has to look like a report, since errors are JSON too. */
export function isJsonType(mediaType: string | undefined): boolean {
  return /^\s*application\/(?:[\w.-]+\+)?json\b/i.test(mediaType ?? '');
}

/** True where a media type is a web page's: a login or an error page, never a report. */
export function isPageType(mediaType: string | undefined): boolean {
  return /^\s*(?:text\/html|application\/xhtml)/i.test(mediaType ?? '');
}

/** True where a JSON answer is a report: one object with `entries`, or objects line by line (`json_bulk`). */
export function isJsonContent(json: unknown, text: string): boolean {
  if (json !== undefined) return isReport(json);
  return isObjectLine(text.slice(0, text.indexOf('\n') + 1));
}

/**
 * Looks at the beginning of an answer that is too big to be read whole, and ends its call.
 *
 * @throws VendorError where the body breaks off before its first piece
 */
export async function isContentStream({ status, headers, body }: FileStream): Promise<boolean> {
  try {
    const mediaType = headers['content-type'];
    const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
    if (status !== 200 || !isPlain || isPageType(mediaType)) return false;
    return !isJsonType(mediaType) || looksLikeReport(await readHead(body));
  } finally {
    body.destroy();
  }
}

function looksLikeReport(head: string): boolean {
  return REPORT_HEAD.test(head) || isObjectLine(head.slice(0, head.indexOf('\n') + 1));
}

function isObjectLine(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

async function readHead(body: FileStream['body']): Promise<string> {
  let head = '';
  for await (const piece of body) {
    head += (piece as Buffer).toString('latin1');
    if (head.length >= HEAD_LENGTH) break;
  }
  return head.slice(0, HEAD_LENGTH);
}
