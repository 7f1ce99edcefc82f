/** Which operation GraphiQL means. Its own reading of a tab comes an instant after the tab was opened; whoever is quicker would run the one of the tab before. */

/**
 * The operations of a document, in order; the rest of it is not read.
 *
 * @param {string} text
 * @returns {readonly import('./types.d.ts').Operation[]}
 */
export function operationsOf(text) {
  // Strings and comments may hold anything.
  const bare = text.replace(/"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*/g, ' ');
  const found = [];
  let depth = 0;
  let isBegun = false;
  const tokens = /[({[]|[)}\]]|\bfragment\s+\w+|(?<![@$\w])(query|mutation|subscription)\b(?:\s+(\w+))?/g;
  for (const [token, type, name] of bare.matchAll(tokens)) {
    if (')}]'.includes(token)) {
      depth -= 1;
      if (depth === 0 && token === '}') isBegun = false;
    } else if ('({['.includes(token)) {
      if (depth === 0 && token === '{' && !isBegun) found.push({ type: 'query', name: undefined });
      depth += 1;
    } else if (depth === 0) {
      if (type !== undefined) found.push({ type, name });
      isBegun = true;
    }
  }
  return found;
}

/**
 * @param {import('./types.d.ts').Question} question - may name an operation of another document
 * @returns {{ readonly question: import('./types.d.ts').Question, readonly isSubscription: boolean }}
 */
export function choose(question) {
  const operations = operationsOf(question.query);
  const named = operations.find(({ name }) => name === question.operationName);
  const only = operations.length === 1 ? operations[0] : undefined;
  const chosen = named ?? only;
  return {
    question: chosen === undefined ? question : { ...question, operationName: chosen.name },
    isSubscription: chosen?.type === 'subscription',
  };
}
