/** What can be set about the simulated Talkdesk: everything in which its documentation, specification and traffic differ. */
export interface TalkdeskSimulatorOptions {
  /** Whether a create answer wraps its job: the documentation says no, real clients read `job.id`. */
  readonly createBody: 'flat' | 'wrapped';
  /** What a create call is answered with: 202 is documented, clients take the others too. */
  readonly createStatus: 200 | 201 | 202;
  /** What a status call answers when a job is done. */
  readonly doneStatus: 200 | 300 | 302 | 303;
  /** How links and `Location` are written. */
  readonly links: 'relative' | 'absolute';
  /** Status words as the documentation's prose writes them. */
  readonly isUpperCase: boolean;
  /** A 404 as bare text instead of the error envelope. */
  readonly hasTextNotFound: boolean;
  /** What a delete is answered with; the documentation names the first, and calls the second possible. */
  readonly deleteStatus: 204 | 200;
  /** Whether the file of a job that is done can be deleted; 403 is documented for a job "already finished or deleted". */
  readonly deletesDone: boolean;
  /** How long a job that is deleted while it runs goes on before it is canceled, in simulated milliseconds. */
  readonly cancelTakesMs: number;
  readonly tokenLifetimeSeconds: number;
  /** 403 is the retired API's answer. */
  readonly expiredTokenStatus: 401 | 403;
  /** Calls beyond this are answered 429; null for no limit. */
  readonly requestsPerSecond: number | null;
  /** Sent with a 429; null for none, as documented. */
  readonly retryAfterSeconds: number | null;
}

export const DEFAULT_OPTIONS: TalkdeskSimulatorOptions = {
  createBody: 'flat',
  createStatus: 202,
  doneStatus: 303,
  links: 'relative',
  isUpperCase: false,
  hasTextNotFound: false,
  deleteStatus: 204,
  deletesDone: true,
  cancelTakesMs: 0,
  tokenLifetimeSeconds: 600,
  expiredTokenStatus: 401,
  requestsPerSecond: null,
  retryAfterSeconds: null,
};
