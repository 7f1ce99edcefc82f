import type { ExportOutcome, ExportStatus } from '../export/export.ts';
import type { Pointer, Pointers, RequestRule, Scalar, Template } from './pieces.ts';

/*
 * A vendor file as it was read and checked: every shorthand spelt out, every template taken apart. Plain JSON, so that two of them can be
 * compared, and those that come with Waybill can be kept ready.
 */

export type {
  BodyNode,
  PathPiece,
  Pointer,
  Pointers,
  RequestRule,
  Scalar,
  Template,
  TemplatePart,
} from './pieces.ts';

/** How a value is read where its JSON type is not yet ours. */
export type Conversion =
  | 'rfc3339'
  | 'epoch-seconds'
  | 'epoch-millis'
  | 'epoch-seconds-text'
  | 'integer-text'
  /** 0 to 1, as per cent. */
  | 'fraction'
  /** A number of seconds, as milliseconds. */
  | 'seconds'
  /** A number of milliseconds, which is how waits are kept. */
  | 'milliseconds';

export interface ValueRule {
  readonly at: Pointers;
  readonly as: Conversion | null;
  /** Values that mean null. */
  readonly absent: readonly Scalar[];
}

/** Names of the export's own fields that a file may fill. */
export const INSTANT_FIELDS = ['createdAt', 'startedAt', 'updatedAt', 'finishedAt'] as const;
export type InstantField = (typeof INSTANT_FIELDS)[number];

/** An instant that stands in the answer, or so long after another one. */
export type InstantRule = ValueRule | { readonly from: InstantField; readonly plusMs: number };

export interface FieldRules {
  readonly name?: ValueRule | undefined;
  readonly createdAt?: InstantRule | undefined;
  readonly startedAt?: InstantRule | undefined;
  readonly updatedAt?: InstantRule | undefined;
  readonly finishedAt?: InstantRule | undefined;
  readonly percent?: ValueRule | undefined;
  readonly completedParts?: ValueRule | undefined;
  readonly totalParts?: ValueRule | undefined;
  readonly failureCode?: ValueRule | undefined;
  readonly failureMessage?: ValueRule | undefined;
  /** A header holds seconds or an HTTP date. */
  readonly retryAfterMs?: ValueRule | { readonly header: string } | undefined;
}

/** GraphQL's types that a vendor's own fields may have; each also as a list of values that are not null. */
export const DETAIL_TYPES = ['Int', 'Float', 'String', 'Boolean', 'ID', 'DateTime', 'URL', 'JSON'] as const;
export type DetailType = (typeof DETAIL_TYPES)[number];

/** Only an instant is computed. */
export type DetailRule = InstantRule & {
  readonly type: DetailType;
  readonly isList: boolean;
  readonly description: string | null;
};

/** A locator's id, or a setting: what it may look like. */
export interface IdGrammar {
  /** RE2's subset of regular expressions; the whole value has to match. */
  readonly pattern: string;
  readonly isOptional: boolean;
  readonly description: string | null;
  /** Fits the pattern. */
  readonly example: string;
}

export interface SettingRule extends Omit<IdGrammar, 'isOptional'> {
  readonly default: string | null;
  /** An account may leave it out although it has no default: then what is `{name}` alone falls away, as with an optional id. */
  readonly isOptional?: boolean | undefined;
}

/** How a secret is sent. */
export type SendRule =
  | { readonly header: string; readonly prefix: string }
  /** HTTP Basic: the half that holds it; the other is empty. */
  | { readonly basic: 'username' | 'password' };

export interface TokenRule {
  readonly tokenUrl: Template;
  readonly scope: string | null;
  /** How the client shows who it is: HTTP Basic, or in the body beside the rest. */
  readonly client: 'basic' | 'body';
  readonly request: 'form' | 'query';
  readonly send: SendRule;
}

export interface CredentialRules {
  readonly 'api-key'?: SendRule | undefined;
  readonly bearer?: SendRule | undefined;
  readonly 'client-credentials'?: TokenRule | undefined;
  readonly 'refresh-token'?: (TokenRule & { readonly rotates: boolean }) | undefined;
}

export interface StatusReading {
  readonly status: ExportStatus;
  /** Only beside SUCCEEDED; null for all others. */
  readonly outcome: ExportOutcome | null;
}

/** Compares what a pointer leads to with what is written in the file. */
export interface Condition {
  readonly at: Pointer;
  readonly test:
    | { readonly is: Scalar }
    | { readonly above: number }
    | { readonly below: number }
    /** No text, no list, no object, or one without anything in it. */
    | { readonly empty: boolean }
    /** Missing or null; `{ is: null }` holds for null alone. */
    | { readonly absent: boolean };
}

export interface RefineRule {
  /** Null: any word. */
  readonly word: string | null;
  /** All have to hold. */
  readonly where: readonly Condition[];
  readonly is: StatusReading;
}

export interface StatusRule {
  readonly request: RequestRule;
  /** HTTP statuses beside 2xx whose body is an answer where the word stands in it. */
  readonly answers: readonly number[];
  /** Whether the call succeeded, where the body tells. */
  readonly success: { readonly at: Pointer; readonly is: Scalar } | null;
  /** Where the export stands in an answer. */
  readonly at: Pointers;
  /** Below `at`; null where an answer holds no id. */
  readonly id: { readonly at: Pointers; readonly prefix: string } | null;
  readonly word: Pointers;
  readonly caseless: boolean;
  readonly words: Readonly<Record<string, StatusReading>>;
  readonly refine: readonly RefineRule[];
  readonly fields: FieldRules;
  /** Whether an export that failed may well succeed when it is started anew; a list: where its failure has one of these codes. */
  readonly failureIsRetryable?: boolean | readonly string[] | undefined;
  readonly details: Readonly<Record<string, DetailRule>>;
  readonly batch: BatchRule | null;
  readonly further?: FurtherRule | null | undefined;
}

/** What is asked once more where the status answer leaves something open. Its own words, fields and details stand in a further answer. */
export interface FurtherRule
  extends Pick<StatusRule, 'request' | 'at' | 'id' | 'word' | 'words' | 'refine' | 'fields' | 'details'> {
  readonly when: {
    /** Words of the status answer. */
    readonly words: readonly string[];
    /** An export that has not ended and has stood still for `pacing.stallAfterMs`. */
    readonly isStalled: boolean;
  };
}

/** Many ids in one call. */
export interface BatchRule {
  readonly request: RequestRule;
  readonly items: Pointers;
  /** Below an item, where it is not as in a single answer. */
  readonly id: { readonly at: Pointers; readonly prefix: string } | null;
  /** As many at once. */
  readonly max: number;
}

export type NextRule =
  | (CursorRule & {
      readonly kind: 'cursor';
      readonly query: string;
      /** The cursor is all that a further page is asked by: no other parameter stands beside it. */
      readonly isAlone?: boolean | undefined;
    })
  /** The cursor is laid into the body, which is JSON. */
  | (CursorRule & { readonly kind: 'body-cursor'; readonly body: Pointer })
  /** The `Link` header's relation (RFC 8288). */
  | { readonly kind: 'link'; readonly relation: string }
  | { readonly kind: 'offset'; readonly offset: string; readonly size: string }
  /** A whole address or a path, followed on the base URL's origin only. */
  | { readonly kind: 'url'; readonly at: Pointers }
  /** The last item's id, as long as the answer says that there are more. */
  | { readonly kind: 'last'; readonly query: string; readonly more: Pointers };

/** Where an answer says how the next page is called. */
interface CursorRule {
  readonly at: Pointers;
  /** Where it says that there are more; left out where a cursor says so by being there. */
  readonly more?: Pointers | undefined;
}

export interface ListRule {
  readonly request: RequestRule;
  readonly items: Pointers;
  readonly next: NextRule | null;
  /** `all`: an export that is not in it is not there. */
  readonly holds: 'all' | 'newest';
  /**
   * Whether it answers reads of many exports. `unfinished`: only for those that it shows as not yet ended, because its items lack what an
   * export ends with; the others are asked for singly.
   */
  readonly asBatch: boolean | 'unfinished';
}

export interface OrderField {
  readonly type: DetailType;
  readonly isList: boolean;
  readonly isRequired: boolean;
  /** In the body. */
  readonly at: Pointer;
  readonly description: string | null;
  /** What a text may look like; null where anything goes. */
  readonly pattern: string | null;
  /** Whether a text may have several lines. */
  readonly isMultiline: boolean;
  /** For the simulator, the docs and the demo. */
  readonly example: unknown;
}

export interface StartRule {
  readonly request: RequestRule;
  readonly order: Readonly<Record<string, OrderField>>;
  /** Put into every body first; their pointers begin at its root. */
  readonly constants: readonly { readonly at: Pointer; readonly value: unknown }[];
  /** What the order's fields are laid below; not so the constants. */
  readonly under: Pointer;
  /** How a form writes what is nested: `a[b]=c`, and `a[]=c` for lists. Null: lists of plain values as `a=c&a=d`, the rest as JSON. */
  readonly nesting: 'brackets' | null;
  readonly idempotency: { readonly header: string } | null;
  readonly answer: { readonly at: Pointers; readonly ids: Readonly<Record<string, IdSource>> };
  /** An answer that names an export that runs already. */
  readonly existing: { readonly status: number; readonly at: Pointers } | null;
  /** HTTP statuses of success. */
  readonly success: readonly number[];
  readonly then: StartThenRule | null;
  /** One at a time per account. */
  readonly once: boolean;
}

/** The second call of a start. */
export interface StartThenRule extends RequestRule {
  /** Words of an export that is there and waits for this call; none where no word tells. */
  readonly waiting?: readonly string[] | undefined;
  /** By what the vendor says that this call was made before: then the start is whole. */
  readonly done?: readonly ErrorRow[] | undefined;
}

/** Where an id stands in the answer to a start. */
export interface IdSource {
  readonly at: Pointers;
  readonly prefix: string;
}

export interface CancelRule {
  readonly request: RequestRule;
  /** HTTP statuses by which the vendor says that nothing is left to cancel. */
  readonly gone: readonly number[];
  readonly success: readonly number[];
  readonly then: RequestRule | null;
}

/** A fact of a file: fixed text with places in it, or a value of the answer. */
export type FactRule = ValueRule | { readonly template: Template };

export interface FileRule {
  readonly kind: 'link' | 'links' | 'stream' | 'lookup';
  /**
   * Null for `links`, and for `link` but with the credential: then a link on the base URL's origin is opened with this request's headers,
   * and this request is sent where the link leads to another origin.
   */
  readonly request: RequestRule | null;
  /** Where the link stands: below the export for `link` and `links`, in the further answer for `lookup`. Null for `stream`. */
  readonly at: Pointers | null;
  /** Of which exports there are such files. */
  readonly of: readonly ExportStatus[];
  readonly where: readonly Condition[];
  /** When the file or its link ends: a value of the answer, so long after one of the export's own instants, or what the link itself says. */
  readonly expiresAt: InstantRule | { readonly link: 'amz' } | null;
  /** How long a link works from the answer on; null where nothing is said. */
  readonly livesMs: number | null;
  readonly name: FactRule | null;
  readonly mediaType: FactRule | null;
  readonly size: ValueRule | null;
  readonly checksum: (ValueRule & { readonly kind: 'sha256' | 'md5' }) | null;
  /** Where the answer says that the bytes are compressed. */
  readonly gzip: ValueRule | null;
  /** The link is opened with the account's credential, on listed origins only. */
  readonly credential: boolean;
  /** Hosts that links may lead to, beside the base URL's own. */
  readonly hosts: readonly string[];
}

/** One way in which an answer says something; every part that is given has to fit. */
export interface ErrorRow {
  readonly status: number | null;
  readonly code: string | null;
  /** A part of the vendor's message. */
  readonly message: string | null;
  /** The message names the export that was asked about; only of `notFound`. */
  readonly namesId?: boolean | undefined;
  /** What holds of the answer's body: `{ status: 200, where: { /data/node: null } }`. None where it is left out. */
  readonly where?: readonly Condition[] | undefined;
  /** How long to wait then; only of `throttled`. */
  readonly wait: readonly WaitRule[];
}

export type WaitRule =
  | { readonly header: string; readonly as: Conversion | null }
  | { readonly at: Pointers; readonly as: Conversion | null }
  | { readonly defaultMs: number };

/** What errors are called; beside what HTTP says by itself. */
export const ERROR_KINDS = [
  'expired',
  'throttled',
  'notFound',
  'conflict',
  'forbidden',
  'unauthenticated',
  'unavailable',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

export type ErrorRules = { readonly [Kind in ErrorKind]: readonly ErrorRow[] } & {
  readonly code: readonly Pointer[];
  readonly message: readonly Pointer[];
};

export interface CallbackRule {
  /** Where a start says our address: in the body, below `under` as the order's own fields are, or a query parameter. */
  readonly address: { readonly at: Pointer } | { readonly query: string };
  readonly body: 'form' | 'json';
  /** Where the export's id stands in what comes. */
  readonly id: Pointers;
}

export interface VendorDeclaration {
  /** `acme-reports` */
  readonly id: string;
  readonly name: string;
  readonly docs: string | null;
  /** What an export is, for the type's description. */
  readonly description: string | null;
  /** What else a reader of the vendor's page has to know, a sentence or two each. */
  readonly notes?: readonly string[] | undefined;
  /** Null where every account has to name its own. */
  readonly baseUrl: Template | null;
  /** Further origins that the credential may go to. */
  readonly origins: readonly Template[];
  readonly settings: Readonly<Record<string, SettingRule>>;
  readonly headers: Readonly<Record<string, Template>>;
  readonly credentials: CredentialRules;
  /** In the order of a locator's text. */
  readonly locator: Readonly<Record<string, IdGrammar>>;
  readonly status: StatusRule;
  readonly list: ListRule | null;
  readonly start: StartRule | null;
  readonly cancel: CancelRule | null;
  readonly files: readonly FileRule[];
  readonly errors: ErrorRules;
  readonly pacing: { readonly minMs: number; readonly maxMs: number; readonly stallAfterMs: number };
  readonly limits: { readonly requestsPerSecond: number; readonly maxConcurrent: number };
  readonly callback: CallbackRule | null;
}
