/** The inputs of an order, made of what `orders.js` says of its vendor. */
import { element, setText } from './dom.js';

/** @typedef {import('./orders.js').OrderField} OrderField */

export class OrderFields {
  /** @type {HTMLElement} */
  #container;
  /** @type {Map<string, { readonly input: HTMLInputElement | HTMLTextAreaElement, readonly problem: HTMLElement }>} */
  #inputs = new Map();

  /** @param {HTMLElement} container */
  constructor(container) {
    this.#container = container;
  }

  /** @param {readonly OrderField[]} fields */
  show(fields) {
    this.#inputs.clear();
    this.#container.replaceChildren(...fields.map((field) => this.#toField(field)));
  }

  /** @returns {Readonly<Record<string, string>>} what was typed, by field */
  read() {
    return Object.fromEntries([...this.#inputs].map(([name, { input }]) => [name, input.value]));
  }

  clear() {
    for (const { input } of this.#inputs.values()) input.value = '';
    this.showProblems({});
  }

  /** @param {Readonly<Record<string, string>>} problems - by field; the first one is gone to */
  showProblems(problems) {
    for (const [name, { input, problem }] of [...this.#inputs].reverse()) {
      const text = problems[name] ?? '';
      setText(problem, text);
      if (text === '') {
        input.removeAttribute('aria-invalid');
      } else {
        input.setAttribute('aria-invalid', 'true');
        input.focus();
      }
    }
  }

  /** @param {OrderField} field */
  #toField({ name, label, hint = '', kind, isRequired = false, suggestions = [] }) {
    const id = `order-${name}`;
    const input = toInput(kind);
    input.id = id;
    input.required = isRequired;
    input.setAttribute('aria-describedby', `${id}-problem`);
    const problem = element('p', 'problem');
    problem.id = `${id}-problem`;
    this.#inputs.set(name, { input, problem });
    const words = [hint, kind === 'json' ? 'a JSON object' : '', isRequired ? '' : 'optional'];
    const said = words.filter((word) => word !== '').join('; ');
    const caption = element('label', '', [label, element('span', 'hint', [said === '' ? '' : ` ${said}`])]);
    caption.htmlFor = id;
    const field = element('div', kind === 'json' ? 'order-field wide' : 'order-field', [
      caption,
      input,
      problem,
    ]);
    if (suggestions.length > 0) field.append(toSuggestions(input, suggestions));
    return field;
  }
}

/** @param {OrderField['kind']} kind */
function toInput(kind) {
  if (kind === 'json') {
    const area = element('textarea');
    area.rows = 2;
    area.spellcheck = false;
    return area;
  }
  const input = element('input');
  input.type = kind === 'instant' ? 'datetime-local' : 'text';
  input.spellcheck = false;
  input.autocapitalize = 'off';
  return input;
}

/**
 * @param {HTMLElement} input
 * @param {readonly string[]} suggestions
 */
function toSuggestions(input, suggestions) {
  const list = element(
    'datalist',
    '',
    suggestions.map((text) => {
      const option = element('option');
      option.value = text;
      return option;
    }),
  );
  list.id = `${input.id}-suggestions`;
  input.setAttribute('list', list.id);
  return list;
}
