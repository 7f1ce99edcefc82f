import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { limitRules, type OperationLimits } from './limits.ts';

/** What of a request says which document it asks for. All of it comes from the caller, unchecked. */
export interface DocumentRequest {
  /** The document's text, or its id: graphql-transport-ws has no other place for one. */
  readonly query?: unknown;
  /** As GraphQL over HTTP's appendix "Persisted Documents" names it; read 2026-11. */
  readonly documentId?: unknown;
  /** Apollo's clients: `persistedQuery.sha256Hash`. */
  readonly extensions?: unknown;
}

/** The operation is none of those that this gateway answers. The same for an id and for a text: nothing tells what would be trusted. */
export class UntrustedOperationError extends Error {
  override readonly name = 'UntrustedOperationError';
  readonly code = 'OPERATION_NOT_TRUSTED';

  constructor() {
    super('This gateway answers only operations it was told to trust: send the id or the exact text of one.');
  }
}

const SHA256_PREFIX = 'sha256:';
const SHA256_HEX = /^[0-9a-f]{64}$/;

/** The documents that are answered where none but trusted ones are. */
export class TrustedDocuments {
  private readonly texts: ReadonlySet<string>;
  private readonly textById: ReadonlyMap<string, string>;

  /** @param own - the texts that the gateway's own page and commands send */
  constructor(manifest: ReadonlyMap<string, string>, own: readonly string[]) {
    this.texts = new Set([...manifest.values(), ...own]);
    const spellings = [...manifest].flatMap(([id, text]) =>
      otherSpellings(id).map((other) => [other, text] as const),
    );
    // An id as it stands in the manifest wins over one that is only spelt so.
    this.textById = new Map([...spellings, ...manifest]);
  }

  has(text: unknown): boolean {
    return typeof text === 'string' && this.texts.has(text);
  }

  /**
   * The text of the one document that a request asks for.
   *
   * @throws UntrustedOperationError where it names none, one that is not trusted, or two that differ
   */
  textFor({ query, documentId, extensions }: DocumentRequest): string {
    const names = [query, documentId, hashIn(extensions)].filter((name) => name != null && name !== '');
    const texts = new Set(names.map((name) => this.find(name)));
    const [text] = texts;
    if (text === undefined || texts.size > 1) throw new UntrustedOperationError();
    return text;
  }

  private find(name: unknown): string | undefined {
    if (typeof name !== 'string') return undefined;
    return this.texts.has(name) ? name : this.textById.get(name);
  }
}

/** `sha256:HEX` and the bare `HEX` of Apollo's clients are one id. */
function otherSpellings(id: string): readonly string[] {
  if (SHA256_HEX.test(id)) return [`${SHA256_PREFIX}${id}`];
  const hash = id.slice(SHA256_PREFIX.length);
  return id.startsWith(SHA256_PREFIX) && SHA256_HEX.test(hash) ? [hash] : [];
}

function hashIn(extensions: unknown): unknown {
  const { persistedQuery } = Object(extensions) as { readonly persistedQuery?: unknown };
  return (Object(persistedQuery) as { readonly sha256Hash?: unknown }).sha256Hash;
}

export interface DocumentRules {
  readonly schema: GraphQLSchema;
  readonly limits: OperationLimits & { readonly tokens: number };
  readonly mode: 'development' | 'production';
}

/** The documents of a manifest that would be refused if somebody asked for them, each with the reason. */
export function findDocumentFaults(
  manifest: ReadonlyMap<string, string>,
  rules: DocumentRules,
): readonly { readonly id: string; readonly fault: string }[] {
  return [...manifest].flatMap(([id, text]) => {
    const fault = findFault(text, rules);
    return fault === undefined ? [] : [{ id, fault }];
  });
}

function findFault(text: string, { schema, limits, mode }: DocumentRules): string | undefined {
  const rules = [...specifiedRules, ...(mode === 'production' ? [NoSchemaIntrospectionCustomRule] : [])];
  try {
    const document = parse(text, { maxTokens: limits.tokens });
    if (!holdsOperation(document)) return 'It holds no operation.';
    // The limits come first and alone, as they do when somebody asks.
    const [oversize] = validate(schema, document, limitRules(limits));
    return (oversize ?? validate(schema, document, rules)[0])?.message;
  } catch (error) {
    return error instanceof Error ? error.message : 'It cannot be read.';
  }
}

function holdsOperation({ definitions }: DocumentNode): boolean {
  return definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION);
}
