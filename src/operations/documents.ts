import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { FormattedError, MaskError } from './errors.ts';
import { limitRules, type OperationLimits } from './limits.ts';
import type { ReadVariables } from './variable-reader.ts';

/** Of all documents that are kept, together; read, each character may take a hundred bytes. */
const MAX_LENGTH = 300_000;
/** The longest one that is kept. */
const MAX_DOCUMENT_LENGTH = 20_000;
/** Of one document; GraphQL itself stops at twice as many, and each takes it half a millisecond. */
const MAX_ERRORS = 50;
/** GraphQL bounds the characters of a name, but not their number. */
const MAX_NAME_LENGTH = 64;

/** Which operation is run, without anything of what it asks: for logs, counts and traces. */
export interface Subject {
  /** `unknown` for what could not be read. */
  readonly type: 'query' | 'mutation' | 'subscription' | 'unknown';
  /** Null where it has none; letters, digits and underscores. */
  readonly name: string | null;
}

export const UNKNOWN_SUBJECT: Subject = { type: 'unknown', name: null };

/** How a span of an operation is called: `query WhereAreMyExports`. */
export function toSpanName({ type, name }: Subject): string {
  if (type === 'unknown') return 'GraphQL';
  return name === null ? type : `${type} ${name}`;
}

export interface DocumentSettings {
  readonly schema: GraphQLSchema;
  readonly limits: OperationLimits & { readonly tokens: number };
  readonly mode: 'development' | 'production';
  readonly maskError: MaskError;
}

/** All that is known of one document: what is wrong with it, and its operations. */
export class Document {
  /** Null where it may be run. Without a request's id. */
  readonly errors: readonly FormattedError[] | null;
  private readonly node: DocumentNode | null;
  private readonly operations = new Map<string, Operation | null>();

  constructor(node: DocumentNode | null, errors: readonly FormattedError[] | null) {
    this.node = node;
    this.errors = errors;
  }

  /** The operation of this name, or the only one; null where there is none such. */
  find(name: string | null): Operation | null {
    const known = this.operations.get(name ?? '');
    if (known !== undefined) return known;
    const node = this.node === null ? null : getOperationAST(this.node, name);
    // A name that is not in the document is not kept: there are too many of them.
    if (this.node === null || !node) return null;
    const operation = new Operation(this.node, node);
    this.operations.set(name ?? '', operation);
    return operation;
  }
}

let operationsRead = 0;

/** One operation of a document: what it is called, and what is made of it once for all who run it. */
export class Operation {
  /** No other operation has it, for as long as the process runs. */
  readonly number: number;
  readonly document: DocumentNode;
  readonly node: OperationDefinitionNode;
  readonly subject: Subject;
  /** What the executor has made of it; see there. */
  compiled: unknown;
  /** How its variables are read; null where graphql-js reads them, `undefined` until it is first run. */
  readVariables: ReadVariables | null | undefined;
  /** How often it was run. */
  runs = 0;
  private event: EventView | null = null;

  constructor(document: DocumentNode, node: OperationDefinitionNode) {
    operationsRead += 1;
    this.number = operationsRead;
    this.document = document;
    this.node = node;
    this.subject = { type: node.operation, name: node.name?.value.slice(0, MAX_NAME_LENGTH) ?? null };
  }

  get type(): OperationDefinitionNode['operation'] {
    return this.node.operation;
  }

  /** The operation's name in the document, for executors. */
  get name(): string | undefined {
    return this.node.name?.value;
  }

  /** Of a subscription: how its single events are shown. */
  get eventView(): EventView {
    this.event ??= toEventView(this);
    return this.event;
  }
}

/**
 * How the events of a subscription are shown: without the variables that only say whose events they are.
 *
 * GraphQL reads all variables anew for every event, and a hundred locators take it half a millisecond. By then `exportEvents` has been
 * subscribed to, so its arguments say nothing any more.
 */
export interface EventView {
  readonly operation: Operation;
  /** Names of the variables inside the root field's selection or in a fragment, not in the root field's own arguments; sorted. */
  readonly variables: readonly string[];
}

/** Reads documents, and keeps what it knows of them: one entry per text, bounded by length. */
export class Documents {
  private readonly settings: DocumentSettings;
  private readonly rules: typeof specifiedRules;
  private readonly limitRules: ReturnType<typeof limitRules>;
  // A thousand documents of a quarter of a megabyte of comments each would otherwise take all memory there is.
  private readonly known = new LRUCache<string, Document>({
    maxSize: MAX_LENGTH,
    maxEntrySize: MAX_DOCUMENT_LENGTH,
    sizeCalculation: ({ errors }, text) =>
      Math.max(1, text.length + (errors ?? []).reduce((sum, { message }) => sum + message.length + 200, 0)),
  });

  constructor(settings: DocumentSettings) {
    this.settings = settings;
    this.limitRules = limitRules(settings.limits);
    this.rules =
      settings.mode === 'production' ? [...specifiedRules, NoSchemaIntrospectionCustomRule] : specifiedRules;
  }

  /** What is known of this text; read where that is nothing yet. */
  read(text: string): Document {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const document = this.parse(text);
    this.known.set(text, document);
    return document;
  }

  private parse(text: string): Document {
    try {
      const node = parse(text, { maxTokens: this.settings.limits.tokens });
      const errors = this.validate(node);
      return errors.length > 0 ? this.refuse(errors, node) : new Document(node, null);
    } catch (error) {
      return this.refuse([error], null);
    }
  }

  /** The limits come first and alone: GraphQL's own rules are never asked about a document that is too large for them. */
  private validate(node: DocumentNode): readonly GraphQLError[] {
    const { schema, mode } = this.settings;
    const oversize = validate(schema, node, this.limitRules);
    if (oversize.length > 0) return oversize;
    // What would be taken out of a message again is not looked for: that takes longer than all else about a wrong name.
    const options = { maxErrors: MAX_ERRORS, hideSuggestions: mode === 'production' };
    return validate(schema, node, this.rules, options).map(withValidationCode);
  }

  /** @param node - where it could be read: what is refused is called by its name too */
  private refuse(errors: readonly unknown[], node: DocumentNode | null): Document {
    return new Document(
      node,
      errors.map((error) => this.settings.maskError(error, null)),
    );
  }
}

function withValidationCode(error: GraphQLError): GraphQLError {
  error.extensions.code ??= 'GRAPHQL_VALIDATION_FAILED';
  return error;
}

function toEventView({ document, node }: Operation): EventView {
  const variables = findVariables(document, node);
  const shown: OperationDefinitionNode = {
    ...node,
    variableDefinitions: (node.variableDefinitions ?? []).filter(({ variable }) =>
      variables.includes(variable.name.value),
    ),
    selectionSet: { ...node.selectionSet, selections: node.selectionSet.selections.map(withoutArguments) },
  };
  const definitions = document.definitions.map((definition) => (definition === node ? shown : definition));
  return { operation: new Operation({ ...document, definitions }, shown), variables };
}

/** A root field that names no exports: the list is required, and may be empty here. One in a fragment stays, its variables too. */
function withoutArguments(selection: SelectionNode): SelectionNode {
  if (selection.kind !== Kind.FIELD || !selection.arguments?.length) return selection;
  const name = { kind: Kind.NAME, value: 'locators' } as const;
  return { ...selection, arguments: [{ kind: Kind.ARGUMENT, name, value: { kind: Kind.LIST, values: [] } }] };
}

function findVariables(document: DocumentNode, operation: OperationDefinitionNode): readonly string[] {
  const names = new Set<string>();
  const collect = (node: SelectionSetNode): void => {
    visit(node, { Variable: (variable) => void names.add(variable.name.value) });
  };
  for (const selection of operation.selectionSet.selections) {
    if ('selectionSet' in selection && selection.selectionSet) collect(selection.selectionSet);
    for (const directive of selection.directives ?? []) {
      visit(directive, { Variable: (variable) => void names.add(variable.name.value) });
    }
  }
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) collect(definition.selectionSet);
  }
  return [...names].sort();
}
