import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from './caller.ts';

/** Why somebody is not let in. */
export interface Refusal {
  readonly refusal: string;
  /** True where nobody can be told apart now, whoever it is. */
  readonly isOutage?: boolean;
}

/** Finds out who asks by a request's headers, or by what stands for them in a websocket's `connection_init`. */
export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Caller | Refusal>;
