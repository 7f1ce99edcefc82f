import type { VendorErrorCode } from '../../src/export/errors.ts';
import type { ExportStatus, LocatorIds } from '../../src/export/export.ts';
import type { IdRule } from '../../src/export/ports.ts';
import type { Credential } from '../../src/http/types.ts';
import type { VendorDefinition } from '../../src/vendors/vendor.ts';
import type { FakeAnswer, ReceivedRequest } from './fake-vendor.ts';

/** The three states that every vendor has. */
export type JobState = 'running' | 'succeeded' | 'failed';

/** What the conformance suite has to know about a vendor in order to play it. */
export interface ConformanceHarness {
  readonly definition: Omit<VendorDefinition, 'locator'> & {
    readonly locator: Readonly<Record<string, IdRule>>;
  };
  /** What follows the origin in `baseUrl`, without a trailing slash; may be empty. */
  readonly basePath: string;
  /**
   * @param origin - where the fake vendor listens; a `tokenUrl` begins with it. Its values should look like nothing else,
   * since they are searched for in every message and log line.
   */
  credential(origin: string): Credential;
  /** The ids of the n-th export, n from 0 to 9, all distinct; with the optional ids that let a list call be used. */
  ids(n: number): LocatorIds;
  /** Every request but the token's has this path and query. */
  readonly requestShape: RegExp;
  /** What a declared vendor's account says beside its credential. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The states that this vendor has words for; default all three. */
  readonly states?: readonly JobState[];
  /** How many calls a read of one export in a state is; default one. */
  readonly readCalls?: Readonly<Partial<Record<JobState, number>>>;
  /** Whether many exports are read with one call; default whether the vendor can list them. */
  readonly readsTogether?: boolean;
  /** A status that is a number is a word like any other; default false: it cannot be read. */
  readonly hasNumericWords?: boolean;
  /** Whether a request is one that the vendor documents, whatever it is for; default `requestShape` and the two requests below say so. */
  isDocumented?(request: ReceivedRequest): boolean;
  /** Whether a request asks for a status or a list; default whether it is a GET. */
  isRead?(request: ReceivedRequest): boolean;
  /** The `n` of `ids(n)` that a status request asks about; null for a list call. */
  exportOf(request: ReceivedRequest): number | null;
  /** A good answer: for a status request that export's, for a list call the exports 0 to 9, all in this state. */
  answer(request: ReceivedRequest, state: JobState): FakeAnswer;
  /** `answer(request, 'running')` with another value where each status stands; `undefined` leaves the field out. */
  wordAnswer(request: ReceivedRequest, word: unknown): FakeAnswer;
  /** Our statuses for the three states; default RUNNING, SUCCEEDED, FAILED. */
  readonly statuses?: Readonly<Record<JobState, ExportStatus>>;
  /** Codes of this vendor that differ from the usual ones for a bare status without body. */
  readonly codes?: Readonly<Partial<Record<401 | 403 | 404 | 410, VendorErrorCode>>>;
  /** Whether a start whose answer was lost can be looked for; default whether the vendor can list its exports, and start one. */
  readonly findsStarted?: boolean;
  /** How an export is started; left out where the vendor cannot. */
  readonly orders?: OrderHarness;
  /** Method, a space, path and query by which the job of `ids(0)` is stopped; left out where the vendor cannot. */
  readonly cancelRequest?: string;
  /** The vendor's good answers to that; default a bare 200, 202 and 204. */
  readonly cancelAnswers?: readonly FakeAnswer[];
  /** How many calls a whole cancel is; default one. */
  readonly cancelCalls?: number;
}

/** What the suite has to know in order to start an export. */
export interface OrderHarness {
  /** As the schema's input type lets it through. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Method, a space, path and query of the order. */
  readonly request: string;
  /** The vendor's good answer: the export of `ids(0)` has begun. */
  answer(): FakeAnswer;
  /** The same with another value where its id stands; `undefined` leaves it out. */
  idAnswer(id: unknown): FakeAnswer;
  /** The same with another value where its status stands; left out where a start is answered without one. */
  wordAnswer?(word: unknown): FakeAnswer;
  /** A refusal of what was ordered, with these words in it. */
  refusal(words: string): FakeAnswer;
  /** False where a refusal says nothing that could be passed on; default true. */
  readonly tellsWhy?: boolean;
  /** Fields of the input beside `account` that may be left out. */
  readonly optionalFields: readonly string[];
  /** True for a value that most fields refuse and this one takes. */
  takes?(field: string, value: unknown): boolean;
  /** How many calls a whole start is; default one. */
  readonly calls?: number;
  /** A good HTTP status may stand above a body that says no; default false. */
  readonly refusesWithGoodStatus?: boolean;
  /** How often it is asked for where its answer is lost: twice where both are known for one; default once. */
  readonly triesAfterLoss?: number;
}
