/** The live half: exports followed over `graphql-transport-ws`, across as many connections as it takes. */
import { credentials } from './access-key.js';
import { EXPORT_EVENTS } from './documents.js';

/**
 * One subscription. Its exports and their order never change: a cursor stands for them.
 *
 * @typedef {object} Stream
 * @property {readonly string[]} ids
 * @property {string | null} cursor - of the last event seen
 * @property {number} failures - since the last event
 * @property {number | undefined} retryTimer
 */

/**
 * @typedef {object} LiveListener
 * @property {(event: import('./types.d.ts').BoardEvent) => void} onEvent
 * @property {(state: 'live' | 'reconnecting') => void} onState
 * @property {() => void} onKeyNeeded
 */

/** Errors of a stream after which another key is needed. */
const KEY_ERRORS = new Set(['UNAUTHENTICATED', 'SUBSCRIPTION_TOKEN_EXPIRED']);

const PROTOCOL = 'graphql-transport-ws';
/** A message may hold 64 kB, an id 2 kB: this many always fit. */
const IDS_PER_STREAM = 25;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 20_000;
/** The connection is asked for a sign of life this often, and given up after as long again. */
const PING_MS = 15_000;
/** Close codes of a refused `connection_init`. */
const REFUSED = new Set([4401, 4403]);

export class LiveExports {
  /** @type {LiveListener} */
  #listener;
  /** @type {Map<string, Stream>} */
  #streams = new Map();
  /** @type {WebSocket | null} */
  #socket = null;
  #isReady = false;
  #isAnswered = true;
  #streamCount = 0;
  #failures = 0;
  /** @type {number | undefined} */
  #retryTimer;
  /** @type {number | undefined} */
  #pingTimer;

  /** @param {LiveListener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /** True while something is followed and no connection tells of it. */
  get isCutOff() {
    return this.#streams.size > 0 && !this.#isReady;
  }

  /** @param {readonly string[]} ids - global ids that are not followed yet */
  follow(ids) {
    for (let start = 0; start < ids.length; start += IDS_PER_STREAM) {
      this.#streamCount += 1;
      const name = String(this.#streamCount);
      const part = ids.slice(start, start + IDS_PER_STREAM);
      this.#streams.set(name, { ids: part, cursor: null, failures: 0, retryTimer: undefined });
      this.#subscribe(name);
    }
    this.connect();
  }

  /** Connects now where there is something to follow and no connection yet, whatever the wait still was. */
  connect() {
    if (this.#socket !== null || this.#streams.size === 0) return;
    clearTimeout(this.#retryTimer);
    const address = new URL('/graphql', location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address, PROTOCOL);
    this.#socket = socket;
    socket.addEventListener('open', () => this.#send({ type: 'connection_init', payload: credentials() }));
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket === socket) this.#receive(JSON.parse(String(data)));
    });
    socket.addEventListener('close', ({ code }) => {
      if (this.#socket === socket) this.#lose(code);
    });
  }

  /** Lets go of everything that is followed. */
  stop() {
    clearTimeout(this.#retryTimer);
    this.#letGo();
    this.#streams.clear();
    this.#failures = 0;
  }

  /** @param {{ readonly type: string, readonly id?: string, readonly payload?: any }} message */
  #receive({ type, id = '', payload }) {
    this.#isAnswered = true;
    switch (type) {
      case 'connection_ack':
        this.#isReady = true;
        this.#failures = 0;
        this.#pingTimer = setInterval(() => this.#ping(), PING_MS);
        this.#listener.onState('live');
        for (const name of this.#streams.keys()) this.#subscribe(name);
        return;
      case 'next':
        return this.#take(id, payload?.data?.exportEvents);
      case 'error':
        return this.#break(id, payload);
      case 'complete':
        this.#streams.delete(id);
        return;
      case 'ping':
        return this.#send({ type: 'pong' });
    }
  }

  /**
   * @param {string} name
   * @param {import('./types.d.ts').BoardEvent | null | undefined} event
   */
  #take(name, event) {
    const stream = this.#streams.get(name);
    if (stream === undefined || event == null) return;
    stream.cursor = event.cursor;
    stream.failures = 0;
    this.#listener.onEvent(event);
  }

  /**
   * A stream broke off: it is tried again, from its last event where the gateway still knows that one.
   *
   * @param {string} name
   * @param {readonly import('./types.d.ts').GraphQLProblem[]} problems
   */
  #break(name, problems) {
    const stream = this.#streams.get(name);
    if (stream === undefined) return;
    const code = problems[0]?.extensions?.code ?? '';
    if (KEY_ERRORS.has(code)) return this.#listener.onKeyNeeded();
    if (code === 'BAD_USER_INPUT') {
      // A gateway that was started anew may not know the cursors of the old one; anything else stays wrong.
      if (stream.cursor === null) this.#streams.delete(name);
      stream.cursor = null;
    }
    stream.retryTimer = setTimeout(() => this.#subscribe(name), toDelay(stream.failures));
    stream.failures += 1;
  }

  /** @param {string} name */
  #subscribe(name) {
    const stream = this.#streams.get(name);
    if (stream === undefined || !this.#isReady) return;
    clearTimeout(stream.retryTimer);
    const variables = { locators: stream.ids.map((id) => ({ id })), after: stream.cursor };
    this.#send({ type: 'subscribe', id: name, payload: { query: EXPORT_EVENTS, variables } });
  }

  #ping() {
    if (!this.#isAnswered) return this.#lose(1000);
    this.#isAnswered = false;
    this.#send({ type: 'ping' });
  }

  /** @param {object} message */
  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** @param {number} code */
  #lose(code) {
    this.#letGo();
    if (REFUSED.has(code)) return this.#listener.onKeyNeeded();
    if (this.#streams.size === 0) return;
    this.#listener.onState('reconnecting');
    this.#retryTimer = setTimeout(() => this.connect(), toDelay(this.#failures));
    this.#failures += 1;
  }

  #letGo() {
    clearInterval(this.#pingTimer);
    for (const { retryTimer } of this.#streams.values()) clearTimeout(retryTimer);
    const socket = this.#socket;
    this.#socket = null;
    this.#isReady = false;
    this.#isAnswered = true;
    socket?.close();
  }
}

/**
 * @param {number} failures - in a row, before this one
 * @returns {number} milliseconds to wait; half of it at random, so that not every page comes back in the same moment
 */
function toDelay(failures) {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** failures) * (0.5 + Math.random() / 2);
}
