/** What can be set about the simulated Talkdesk: everything in which its documentation, specification and traffic differ. */
export interface TalkdeskSimulatorOptions {
  /** Whether a create answer wraps its job: the documentation says no, real clients read `job.id`. */
  readonly createBody: 'flat' | 'wrapped';
  /** What a status call answers when a job is done. */
  readonly doneStatus: 200 | 300 | 302 | 303;
  /** How links and `Location` are written. */
  readonly links: 'relative' | 'absolute';
  /** Status words as the documentation's prose writes them. */
  readonly isUpperCase: boolean;
  /** A 404 as bare text instead of the error envelope. */
  readonly hasTextNotFound: boolean;
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
  doneStatus: 303,
  links: 'relative',
  isUpperCase: false,
  hasTextNotFound: false,
  tokenLifetimeSeconds: 600,
  expiredTokenStatus: 401,
  requestsPerSecond: null,
  retryAfterSeconds: null,
};
