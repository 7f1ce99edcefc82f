import { boundLines, describeKind, type KeyPath, type Problem, quote, toLine } from '../yaml/problem.ts';
import { readTextFile, resolveBeside } from '../yaml/read-file.ts';
import { valueAt } from '../yaml/tree.ts';
import type { DocumentManifest } from './config.ts';
import { describeFound, type Findings } from './found.ts';

/** The key that names the manifest. */
export const MANIFEST_PATH: KeyPath = ['server', 'trustedDocuments'];
const MAX_BYTES = 16 * 1_048_576;
const MAX_DOCUMENTS = 10_000;
const MAX_ID_LENGTH = 512;
const MAX_FAULT_LENGTH = 300;
const ALLOWED = `a JSON file of at most ${MAX_BYTES} bytes: an object of 1 to ${MAX_DOCUMENTS} document ids and their texts`;

/** The manifest that the file names, read where it names one, or what is wrong with it. */
export function readManifest(
  findings: Findings,
  configFile: string | undefined,
): { readonly manifest: DocumentManifest | undefined } | { readonly problem: Problem } {
  const path = valueAt(findings.tree, MANIFEST_PATH);
  // Another kind of value is the schema's business.
  if (typeof path !== 'string' || path === '') return { manifest: undefined };
  const parsed = parseManifest(resolveBeside(configFile, path));
  if ('manifest' in parsed) return parsed;
  return {
    problem: {
      path: MANIFEST_PATH,
      found: `${describeFound(MANIFEST_PATH, findings)}, ${parsed.fault}`,
      allowed: ALLOWED,
    },
  };
}

/** One line for each document that cannot be answered. */
export function toDocumentProblems(
  faults: readonly { readonly id: string; readonly fault: string }[],
): readonly string[] {
  const allowed = "documents of this gateway's schema, within its limits";
  const lines = faults.map(({ id, fault }) =>
    toLine({
      path: MANIFEST_PATH,
      found: `document ${quote(id)}: ${quote(fault, MAX_FAULT_LENGTH)}`,
      allowed,
    }),
  );
  return boundLines(lines);
}

function parseManifest(file: string): { readonly manifest: DocumentManifest } | { readonly fault: string } {
  const read = readTextFile(file, MAX_BYTES);
  if ('fault' in read) return read;
  if (read.text === null) return { fault: `more than ${MAX_BYTES} bytes` };
  const content = parseJson(read.text);
  if (content === undefined) return { fault: 'a text that is no JSON' };
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return { fault: describeKind(content) };
  const entries = Object.entries(content);
  if (entries.length === 0 || entries.length > MAX_DOCUMENTS) return { fault: `${entries.length} documents` };
  const wrong = entries.find(([id, text]) => !isId(id) || typeof text !== 'string');
  if (wrong === undefined) return { manifest: new Map(entries as [string, string][]) };
  const [id, text] = wrong;
  return {
    fault: isId(id) ? `document ${quote(id)}: ${describeKind(text)}` : 'an id that is empty or too long',
  };
}

function isId(id: string): boolean {
  return id !== '' && id.length <= MAX_ID_LENGTH;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
