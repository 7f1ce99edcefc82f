/** What the page's scripts share. */

export type Headers = Readonly<Record<string, string>>;

/** One operation, as it is sent. */
export interface Question {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null;
}

/** One operation of a document. */
export interface Operation {
  readonly type: string;
  readonly name: string | undefined;
}

/** Where the answers of a subscription go. */
export interface Sink {
  next(answer: unknown): void;
  error(problem: unknown): void;
  complete(): void;
}

export interface Observable {
  subscribe(sink: Sink): { unsubscribe(): void };
}

/** What GraphiQL calls for each run, and for the schema. */
export type Fetcher = (
  question: Question,
  options?: { readonly headers?: Headers },
) => Promise<unknown> | Observable;

/** The part of graphql-ws's client that is used here. */
interface SocketClient {
  subscribe(question: Question, sink: Sink): () => void;
  dispose(): void | Promise<void>;
}

/** An operation in GraphiQL's history. */
export interface HistoryEntry {
  readonly query: string;
  readonly variables?: string | null;
  readonly headers?: string | null;
  readonly operationName?: string | null;
}

/** What GraphiQL asks of a storage. */
export type KeylessStorage = Pick<Storage, 'length' | 'getItem' | 'setItem' | 'removeItem' | 'clear'>;

declare global {
  const graphqlWs: {
    createClient(options: {
      readonly url: string;
      readonly connectionParams: Headers;
      readonly shouldRetry: (event: unknown) => boolean;
      readonly on: { readonly connected: () => void };
    }): SocketClient;
  };
  /** GraphiQL's editors, in the part that is used here. */
  const monaco: {
    readonly editor: {
      getEditors(): readonly { getDomNode(): HTMLElement | null; setScrollTop(top: number): void }[];
    };
  };
  const YogaGraphiQL: { renderYogaGraphiQL(root: HTMLElement, options: object): void };
}
