/* What the normal form of a vendor file is made of: pointers into answers, texts with places in them, requests. */

/** A JSON Pointer (RFC 6901), taken apart at `/` and unescaped; empty for the whole. */
export type Pointer = readonly string[];

/** The first that is there counts: neither missing nor null. */
export type Pointers = readonly [Pointer, ...Pointer[]];

export type Scalar = string | number | boolean | null;

/**
 * One piece of a template: fixed text, a locator's id or an account's setting by its name (`limit` and `ids` where the gateway gives
 * them), or a value of the status answer.
 */
export type TemplatePart =
  | { readonly text: string }
  | { readonly name: string }
  | { readonly pointer: Pointer };

/** Text with places in it. A template that is one `name` of an absent optional id is left out as a whole. */
export type Template = readonly TemplatePart[];

/** One or more segments of a path, each percent-encoded as a whole; left out where one of the ids in `needs` is absent. */
export interface PathPiece {
  readonly segments: readonly Template[];
  /** Optional ids without which the piece falls away: `[/projects/{projectId}]`. One that is absent and not in here leaves no path: the locator has to give it. */
  readonly needs: readonly string[];
}

/** A body's JSON with templates for texts. */
export type BodyNode =
  | { readonly value: Scalar }
  | { readonly template: Template }
  | { readonly list: readonly BodyNode[] }
  | { readonly members: Readonly<Record<string, BodyNode>> };

export interface RequestRule {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the account's base URL. */
  readonly path: readonly PathPiece[];
  readonly query: Readonly<Record<string, Template>>;
  /** Names as written. */
  readonly headers: Readonly<Record<string, Template>>;
  /** Null where the request has none of its own. */
  readonly body: BodyNode | null;
  readonly encoding: 'json' | 'form';
}
