import type { Pointer } from './declaration.ts';

/** Names that every object of JavaScript's knows: no vendor's field is called so, and an answer that has one means harm. */
export const UNSAFE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** RFC 6901, section 3, at most 300 characters. */
export const POINTER_PATTERN = /^(?=.{0,300}$)(?:\/(?:[^\p{Cc}~/]|~[01])*)*$/u;

/** True for a JSON Pointer that leads to nothing but an answer's own fields. */
export function isPointer(text: string): boolean {
  return POINTER_PATTERN.test(text) && !toPointer(text).some((part) => UNSAFE_NAMES.has(part));
}

/** Takes a pointer apart; it has to be one. */
export function toPointer(text: string): Pointer {
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
