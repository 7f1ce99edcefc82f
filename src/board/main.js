/** Wires the page: the board, the field to follow an export, and the key where the gateway asks for one. */
import { forgetKey, keepKey, parseKey, readKey } from './access-key.js';
import { Board } from './board.js';
import { byId, setText } from './dom.js';
import { parseLocator } from './locators.js';
import { forgetOrders } from './order-keys.js';

const keyField = /** @type {HTMLInputElement} */ (byId('key'));
const followField = /** @type {HTMLInputElement} */ (byId('follow'));
const board = new Board(askForKey);

function showBoard() {
  byId('key-panel').hidden = true;
  byId('board').hidden = false;
  byId('forget-key').hidden = readKey() === null;
}

function askForKey() {
  const wasRefused = readKey() !== null;
  forgetKey();
  byId('board').hidden = true;
  byId('forget-key').hidden = true;
  byId('key-panel').hidden = false;
  setText(byId('key-problem'), wasRefused ? 'This key is not good here, or not any more.' : '');
  keyField.value = '';
  keyField.focus();
}

byId('key-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const key = parseKey(keyField.value);
  if (key === null) {
    setText(byId('key-problem'), 'A key is one word, without spaces or accents.');
    return;
  }
  keepKey(key);
  setText(byId('key-problem'), '');
  if (await board.start()) showBoard();
});

byId('forget-key').addEventListener('click', () => {
  forgetKey();
  forgetOrders();
  location.reload();
});

byId('follow-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = followField.value.trim();
  const parsed = parseLocator(text);
  setText(byId('follow-problem'), 'problem' in parsed ? parsed.problem : '');
  followField.setAttribute('aria-invalid', String('problem' in parsed));
  if ('problem' in parsed) return;
  board.follow(text);
  followField.value = '';
});

showBoard();
await board.start();
