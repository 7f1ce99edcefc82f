export { closestWord, withHint, withSuggestion } from '../yaml/hints.ts';
