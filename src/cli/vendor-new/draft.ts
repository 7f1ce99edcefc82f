import type { ExportOutcome, ExportStatus } from '../../export/export.ts';

/*
 * What is known of a vendor before its file is written: by questions, or by an OpenAPI document. Everything that was guessed says so.
 */

/** Text, and what whoever reads the file should look at there. */
export interface Noted<Value> {
  readonly value: Value;
  /** A comment behind the line; null where nothing was guessed. */
  readonly note: string | null;
}

export interface DraftRequest {
  readonly method: string;
  /** With the ids' names in braces. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** A vendor's word in ours; a null status where nobody could tell. */
export interface DraftWord {
  readonly word: string;
  readonly status: ExportStatus | null;
  readonly outcome: ExportOutcome | null;
}

export interface DraftId {
  readonly name: string;
  readonly pattern: Noted<string>;
  readonly isOptional: boolean;
  readonly description: string | null;
}

/** A pointer with what makes it ours. */
export interface DraftField {
  readonly at: string;
  readonly as: string | null;
}

export interface DraftDetail {
  readonly type: string;
  readonly at: string;
  readonly description: string | null;
}

export interface DraftList {
  readonly request: DraftRequest;
  readonly items: string;
  /** As it stands in the file; null where the list has one page. */
  readonly next: Readonly<Record<string, string>> | null;
}

export interface DraftStart {
  readonly request: DraftRequest;
  readonly body: 'json' | 'form' | null;
  readonly order: Readonly<Record<string, DraftDetail>>;
  readonly idempotencyHeader: string | null;
  readonly answer: { readonly at: string; readonly id: string };
}

export type DraftFile =
  | { readonly kind: 'link' | 'links'; readonly at: string }
  | { readonly kind: 'stream'; readonly request: DraftRequest; readonly name: string }
  | { readonly kind: 'lookup'; readonly request: DraftRequest; readonly at: string };

export interface VendorDraft {
  readonly id: string;
  readonly name: string;
  readonly docs: string | null;
  readonly baseUrl: Noted<string>;
  readonly settings: Readonly<Record<string, { readonly pattern: string; readonly default: string | null }>>;
  /** What stands behind each credential's name. */
  readonly credentials: Readonly<Record<string, Noted<Readonly<Record<string, string>>>>>;
  readonly locator: readonly DraftId[];
  readonly status: {
    readonly request: DraftRequest;
    readonly at: string;
    /** Null where an answer holds none. */
    readonly id: string | null;
    readonly word: Noted<string>;
    readonly words: readonly DraftWord[];
    readonly fields: Readonly<Record<string, DraftField>>;
    readonly details: Readonly<Record<string, DraftDetail>>;
  };
  readonly list: DraftList | null;
  readonly start: DraftStart | null;
  readonly cancel: DraftRequest | null;
  readonly files: readonly DraftFile[];
  /** Pointers to the vendor's own code and message in an answer that is an error. */
  readonly errors: { readonly code: readonly string[]; readonly message: readonly string[] };
  /** What could not be found out, each a sentence for whoever goes on. */
  readonly left: readonly string[];
}
