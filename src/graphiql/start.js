/** Starts GraphiQL in its page. */
import { createFetcher } from './fetcher.js';
import { KeyNotice } from './key-notice.js';
import { OPTIONS } from './options.js';
import { createStorage } from './storage.js';

const notice = new KeyNotice(/** @type {HTMLElement} */ (document.getElementById('key-notice')));

YogaGraphiQL.renderYogaGraphiQL(/** @type {HTMLElement} */ (document.getElementById('root')), {
  ...OPTIONS,
  storage: createStorage(localStorage, OPTIONS.headers),
  fetcher: createFetcher(notice),
  /** @param {string} text */
  onEditHeaders: (text) => notice.typed(text),
});
