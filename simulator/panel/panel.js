/** The panel: a button for each fault, and what is ordered at each vendor. */
import { BUTTONS, buttonsOf, describeFault, nameOf, toOrder } from './faults.js';

const REFRESH_MS = 1_000;
const SILENT = 'The simulators do not answer: they may have been ended.';

const settings = /** @type {HTMLFormElement} */ (document.getElementById('settings'));
const status = /** @type {HTMLElement} */ (document.getElementById('status'));
const board = /** @type {HTMLAnchorElement} */ (document.getElementById('board'));
const mounts = /** @type {HTMLElement} */ (document.getElementById('mounts'));
/** @type {Map<string, { show(mount: import('./types.d.ts').PanelMount): void }>} */
const cards = new Map();

/** @returns {import('./types.d.ts').Choice} */
function readChoice() {
  const chosen = new FormData(settings);
  const extent = chosen.get('extent');
  return {
    forSeconds: extent === 'next' ? null : Number(extent),
    retryAfterSeconds: Number(chosen.get('retryAfter')),
  };
}

/**
 * @param {string} path
 * @param {RequestInit} [request]
 */
async function ask(path, request) {
  const response = await fetch(`/_simulator${path}`, { ...request, credentials: 'omit' });
  if (!response.ok) throw new Error((await response.text()).trim());
  return response;
}

/**
 * Does what a button says, and tells in one sentence what came of it.
 *
 * @param {string} done
 * @param {string} path
 * @param {RequestInit} request
 */
async function act(done, path, request) {
  try {
    await ask(path, request);
    say(done);
  } catch (error) {
    say(error instanceof TypeError || !(error instanceof Error) ? SILENT : error.message);
  }
  await refresh();
}

/** @param {string} sentence */
function say(sentence) {
  if (status.textContent !== sentence) status.textContent = sentence;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<Omit<HTMLElementTagNameMap[Tag], 'style'>>} properties
 * @param {readonly (Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function create(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** @param {string} id */
function createCard(id) {
  const name = nameOf(id);
  const titleId = `title-${id}`;
  const counts = create('p', { className: 'counts' });
  const faults = create('ul', { className: 'faults' });
  const newest = create('p', { className: 'newest', hidden: true });
  const clear = create('button', { type: 'button', className: 'clear', hidden: true }, 'Clear');
  clear.setAttribute('aria-label', `Clear the faults of ${name}`);
  clear.addEventListener('click', () =>
    act(`${name} is left in peace.`, `/faults?vendor=${id}`, { method: 'DELETE' }),
  );
  const buttons = buttonsOf(id).map((button) => {
    const element = create('button', { type: 'button' }, button.label);
    element.setAttribute('aria-label', `${button.label}: ${name}`);
    element.addEventListener('click', () => {
      const order = toOrder(button, id, readChoice());
      const extent =
        'times' in order ? (button.isOnce ? 'the next start' : 'the next call') : `${order.forSeconds} s`;
      return act(`${name}: “${button.label}” for ${extent}.`, '/faults', {
        method: 'POST',
        body: JSON.stringify(order),
      });
    });
    return element;
  });
  const card = create(
    'section',
    { className: 'card' },
    create('h2', { id: titleId }, name),
    counts,
    create('div', { className: 'buttons' }, ...buttons),
    create('div', { className: 'ordered' }, faults, clear),
    newest,
  );
  card.setAttribute('aria-labelledby', titleId);
  mounts.append(card);
  return {
    /** @param {import('./types.d.ts').PanelMount} mount */
    show(mount) {
      card.classList.toggle('broken', mount.faults.length > 0);
      counts.textContent = describeCounts(mount);
      const texts = mount.faults.map(describeFault);
      faults.replaceChildren(
        ...(texts.length === 0 ? ['No fault.'] : texts).map((text) => create('li', {}, text)),
      );
      // A button that has the focus stays: it would go to the top of the page.
      if (document.activeElement !== clear) clear.hidden = texts.length === 0;
      const locators = mount.orders?.newest ?? [];
      newest.hidden = locators.length === 0;
      newest.replaceChildren(
        'Newest orders: ',
        ...locators.flatMap((locator, index) => [index === 0 ? '' : ' ', create('code', {}, locator)]),
      );
    },
  };
}

/** @param {import('./types.d.ts').PanelMount} mount */
function describeCounts({ calls, orders }) {
  const asked = `${calls} ${calls === 1 ? 'call' : 'calls'}`;
  if (orders === null) return asked;
  return `${asked}, ${orders.count} ${orders.count === 1 ? 'order' : 'orders'} accepted`;
}

/** @param {import('./types.d.ts').PanelState} state */
function show(state) {
  board.hidden = state.boardUrl === null;
  if (state.boardUrl !== null) board.href = state.boardUrl;
  for (const mount of state.mounts) {
    let card = cards.get(mount.id);
    if (card === undefined) {
      card = createCard(mount.id);
      cards.set(mount.id, card);
    }
    card.show(mount);
  }
}

async function refresh() {
  try {
    const state = await (await ask('/panel/state')).json();
    if (status.textContent === SILENT) say('');
    show(state);
  } catch {
    say(SILENT);
  }
}

async function keepFresh() {
  if (!document.hidden) await refresh();
  setTimeout(keepFresh, REFRESH_MS);
}

document
  .getElementById('clear-all')
  ?.addEventListener('click', () => act('All vendors are left in peace.', '/faults', { method: 'DELETE' }));
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh();
});
settings.addEventListener('submit', (event) => event.preventDefault());
document
  .getElementById('legend')
  ?.append(...BUTTONS.flatMap(({ label, effect }) => [create('dt', {}, label), create('dd', {}, effect)]));
await keepFresh();
