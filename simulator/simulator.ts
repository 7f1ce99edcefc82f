import type { VendorId } from '../src/export/vendor-id.ts';
import type { Clock, Random } from '../src/runtime/clock.ts';
import type { SampleFile } from './sample-files.ts';

/** A request as a vendor's simulator sees it. */
export interface SimulatorRequest {
  readonly method: string;
  /** The path below the vendor's mount point, still percent-encoded, without query: `/v1.0/myorg/reports/…`. */
  readonly path: string;
  /** The same path split at `/`, each part decoded once. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most 1 MB. */
  readonly body: string;
}

export interface SimulatorResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON; text and bytes as they are, with the `content-type` that stands in `headers`. */
  readonly body?: object | string | Uint8Array;
}

/** What a vendor's simulator is given to stand on. */
export interface SimulatorSurroundings {
  /** Already runs at the simulation's speed: ten simulated seconds in one real one at speed 10. */
  readonly clock: Clock;
  readonly random: Random;
  /** Where this vendor is mounted, without a trailing slash: `http://127.0.0.1:4100/talkdesk`. */
  readonly mountUrl: string;
  /** The S3-like file store shared by all vendors. */
  readonly files: FileStore;
  /** Told of every order that a job came of; not of one that is answered with a job that was there already. */
  readonly onAccepted?: ((order: AcceptedOrder) => void) | undefined;
}

/** An order that the vendor took, whatever became of its answer. */
export interface AcceptedOrder {
  /** The job's ids, as a locator of this vendor takes them. */
  readonly ids: Readonly<Record<string, string>>;
  /** What was ordered, in the vendor's own words. */
  readonly order: object;
}

/** A stand-in for S3: presigned links that expire, and that refuse any credential header. */
export interface FileStore {
  /**
   * Mints a presigned link to a file.
   *
   * @param lifetimeMs - in simulated milliseconds
   * @param style - `v2` is `AWSAccessKeyId, Expires, Signature, response-content-*`; `v4` is `X-Amz-*`
   */
  presign(file: SampleFile, lifetimeMs: number, style: 'v2' | 'v4'): string;
}

/** One vendor played from a script. Answers as the vendor would; faults are laid over it from outside. */
export interface VendorSimulator {
  readonly vendor: VendorId;
  handle(request: SimulatorRequest): SimulatorResponse | Promise<SimulatorResponse>;
  /**
   * Puts jobs in place for the demo, in every state. Their clocks start when their status is first read, so that the
   * first look always finds them moving.
   *
   * @returns one entry per job, with the vendor's ids as a locator names them
   */
  seed(): readonly SeededJob[];
  /** The body this vendor sends with an error status, for faults ordered from outside. Without it a generic one is sent. */
  errorBody?(status: number): SimulatorResponse['body'];
  /** What this vendor says to a token that has run out. Without it, what it says with 401. */
  tokenExpired?(): SimulatorResponse;
  /** How this vendor asks a caller to wait so long. Without it, 429 with Retry-After and its error body. */
  throttled?(seconds: number): SimulatorResponse;
}

/** How every vendor's simulator is made. */
export type SimulatorFactory = (surroundings: SimulatorSurroundings) => VendorSimulator;

/** What a request was for. */
export type CallKind = 'token' | 'start' | 'cancel' | 'status' | 'list' | 'file' | 'other';

/** Which requests below a vendor's mount are of a kind. */
export type CallRule = readonly [kind: CallKind, method: string, path: RegExp];

/** One simulated vendor as it is served: its simulator, its paths, and the account that the demo has there. */
export interface SimulatorMount {
  readonly create: SimulatorFactory;
  /** What an account's `baseUrl` has below the mount: `/api/v1`, or nothing. */
  readonly basePath: string;
  /** Where tokens are asked for, below the mount; left out by a vendor without client credentials. */
  readonly tokenPath?: string;
  /** The documented paths, the first that fits wins; a function where paths alone do not tell. */
  readonly calls: readonly CallRule[] | ((request: SimulatorRequest) => CallKind);
  /** False where nothing lists all exports of an account: what is to be seen has to be named. Default true. */
  readonly isListed?: boolean;
  readonly demoAccount: DemoAccount;
  /** A command for a POSIX shell that starts an export, ready to be pasted; null for a vendor that cannot start any. */
  startExample(mountUrl: string): string | null;
  /** Makes up something to start, another one each time. Left out by a vendor that cannot start any. */
  createDemoOrder?(random: Random, now: number): DemoOrder;
}

/** An export that the demo starts through the gateway. */
export interface DemoOrder {
  /** What the demo's people call it. */
  readonly label: string;
  /** The vendor's own part of the gateway's `ExportOrder`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** How it is to go, in the words of `x-simulate`; left out where it simply succeeds. */
  readonly words?: string | undefined;
}

/** An account at a simulated vendor as an operator would configure it, but for the addresses. */
export interface DemoAccount {
  readonly key: string;
  readonly credential:
    | { readonly type: 'api-key'; readonly apiKey: string }
    | { readonly type: 'bearer'; readonly token: string }
    | { readonly type: 'client-credentials'; readonly clientId: string; readonly clientSecret: string }
    | {
        readonly type: 'refresh-token';
        readonly clientId: string;
        readonly clientSecret: string;
        readonly refreshToken: string;
      };
  /** What a declared vendor asks for beside the credential. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, number>>;
  readonly polling?: Readonly<Record<string, number>>;
}

export interface SeededJob {
  /** The ids a locator of this vendor takes, e.g. `{ reportId, exportId }`. */
  readonly ids: Readonly<Record<string, string>>;
  /** How it will end, in the vendor's word. */
  readonly ends: string;
  /** What a person would call it. */
  readonly title: string;
}
