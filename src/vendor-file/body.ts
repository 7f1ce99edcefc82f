import type { BodyNode } from './declaration.ts';
import { UNSAFE_NAMES } from './pointer.ts';
import { toBodyTemplate } from './template.ts';

const MAX_BODY_LEVELS = 20;
const MAX_BODY_NODES = 2_000;

/** What is wrong with a body, as what is allowed; undefined where it is one. */
export function findBodyFault(body: unknown): string | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body !== 'object') return 'a mapping, a list or nothing';
  let nodes = 0;
  const visit = (value: unknown, level: number): string | undefined => {
    nodes += 1;
    if (level > MAX_BODY_LEVELS) return `at most ${MAX_BODY_LEVELS} levels`;
    if (nodes > MAX_BODY_NODES) return `at most ${MAX_BODY_NODES} values`;
    if (typeof value === 'number' && !Number.isFinite(value)) return 'numbers that JSON has';
    if (typeof value === 'string' && !value.isWellFormed()) return 'text without broken characters';
    if (typeof value !== 'object' || value === null) return undefined;
    for (const [key, child] of Object.entries(value)) {
      if (UNSAFE_NAMES.has(key)) return `no member called ${key}`;
      const fault = visit(child, level + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  return visit(body, 1);
}

/** Takes the texts of a body apart. */
export function toBody(body: unknown, isName: (name: string) => boolean): BodyNode {
  if (typeof body === 'string') {
    const template = toBodyTemplate(body, isName);
    const [only] = template;
    return template.length === 1 && only !== undefined && 'text' in only
      ? { value: only.text }
      : { template };
  }
  if (Array.isArray(body)) return { list: body.map((each) => toBody(each, isName)) };
  if (typeof body === 'object' && body !== null) {
    return {
      members: Object.fromEntries(Object.entries(body).map(([key, each]) => [key, toBody(each, isName)])),
    };
  }
  return { value: body as number | boolean | null };
}
