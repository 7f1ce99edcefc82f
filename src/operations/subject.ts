import { type DocumentNode, getOperationAST, type OperationTypeNode } from 'graphql';

/** Which operation is run, without anything of what it asks. One object for all who run the same document. */
export interface Subject {
  /** `unknown` for what could not be read. */
  readonly type: `${OperationTypeNode}` | 'unknown';
  /** Null where it has none; letters, digits and underscores. */
  readonly name: string | null;
}

export const UNKNOWN_SUBJECT: Subject = { type: 'unknown', name: null };

/** GraphQL bounds the characters of a name, but not their number. */
const MAX_NAME_LENGTH = 64;

const known = new WeakMap<DocumentNode, Map<string, Subject>>();

/** What an operation is called in logs, counts and traces. */
export function toSubject(document: DocumentNode, operationName: string | null | undefined): Subject {
  const node = getOperationAST(document, operationName);
  if (!node) return UNKNOWN_SUBJECT;
  const name = node.name?.value ?? '';
  const byName = known.get(document) ?? new Map<string, Subject>();
  known.set(document, byName);
  const subject = byName.get(name) ?? { type: node.operation, name: name.slice(0, MAX_NAME_LENGTH) || null };
  byName.set(name, subject);
  return subject;
}

/** How a span of it is called: `query WhereAreMyExports`. */
export function toSpanName({ type, name }: Subject): string {
  if (type === 'unknown') return 'GraphQL';
  return name === null ? type : `${type} ${name}`;
}
