/** The faults that there are buttons for, and what a fault still to come is called. */

/** @type {Readonly<Record<string, string | undefined>>} */
const NAMES = {
  'power-bi': 'Power BI',
  'hi-energy': 'Hi Energy',
  talkdesk: 'Talkdesk',
  'web-admit': 'WebAdMIT',
  'files-store': 'File store',
};

/** Shorter than a gateway waits for an answer, unless it is told otherwise. */
const SLOW_MS = 5_000;

/** @type {readonly import('./types.d.ts').FaultButton[]} */
export const BUTTONS = [
  {
    label: '429, wait',
    effect:
      'Nothing is sent to the vendor before Retry-After has passed; what is shown stays, and says how old it is.',
    on: 'vendors',
    order: ({ retryAfterSeconds }) => ({ kind: 'throttle', retryAfterSeconds }),
  },
  {
    label: '401, refused',
    effect:
      'The credential counts as refused. A refused key is tried three times and then once a minute, so it takes up to a minute until all is well again.',
    on: 'vendors',
    order: () => ({ kind: 'status', status: 401 }),
  },
  {
    label: '503, outage',
    effect:
      'Reads are tried again, ever more rarely; after a number of faults the vendor is left alone for a while.',
    on: 'all',
    order: () => ({ kind: 'status', status: 503 }),
  },
  {
    label: 'Slow',
    effect: `Each answer comes ${SLOW_MS / 1_000} s late.`,
    on: 'all',
    order: () => ({ kind: 'slow', delayMs: SLOW_MS }),
  },
  {
    label: 'Lose a start',
    effect:
      'The vendor takes the next order, and its answer is lost: the number of accepted orders goes up by one, and never by two.',
    on: 'vendors',
    isOnce: true,
    order: () => ({ kind: 'lost-answer' }),
  },
  {
    label: 'Cut downloads',
    effect: 'A download breaks off half-way, and is no whole file.',
    on: 'files',
    order: () => ({ kind: 'half-body' }),
  },
];

/**
 * @param {string} mount
 * @returns {readonly import('./types.d.ts').FaultButton[]}
 */
export function buttonsOf(mount) {
  const kind = mount === 'files-store' ? 'files' : 'vendors';
  return BUTTONS.filter(({ on }) => on === 'all' || on === kind);
}

/** @param {string} mount */
export function nameOf(mount) {
  return NAMES[mount] ?? mount;
}

/**
 * @param {import('./types.d.ts').FaultButton} button
 * @param {string} vendor
 * @param {import('./types.d.ts').Choice} choice
 */
export function toOrder(button, vendor, choice) {
  const { forSeconds } = choice;
  const extent = button.isOnce || forSeconds === null ? { times: 1 } : { forSeconds };
  return { vendor, ...button.order(choice), ...extent };
}

/**
 * A fault in words: `503, 12 s left`.
 *
 * @param {import('./types.d.ts').PanelFault} fault
 */
export function describeFault(fault) {
  const { call, pathIncludes, pathPrefix } = fault;
  const where = [call === undefined ? '' : `${call} calls`, pathPrefix ?? '', pathIncludes ?? ''].filter(
    Boolean,
  );
  return [describeKind(fault), ...where, describeExtent(fault)].join(', ');
}

/** @param {import('./types.d.ts').PanelFault} fault */
function describeKind({ kind, status, retryAfterSeconds, delayMs, words }) {
  if (kind === 'status') return `${status}`;
  if (kind === 'throttle') return `429, Retry-After ${retryAfterSeconds ?? 5} s`;
  if (kind === 'slow') return `${(delayMs ?? 3_000) / 1_000} s late`;
  if (kind === 'lost-answer') return 'answer of a start lost';
  if (kind === 'half-body') return 'answer cut half-way';
  return kind === 'simulate' ? `“${words}”` : kind;
}

/** @param {import('./types.d.ts').PanelFault} fault */
function describeExtent({ times, leftMs }) {
  const left = leftMs === null ? [] : [`${Math.ceil(leftMs / 1_000)} s left`];
  const calls = times === undefined ? [] : [times === 1 ? 'once' : `${times} times`];
  return [...calls, ...left].join(', ');
}
