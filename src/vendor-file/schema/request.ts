import * as z from 'zod';
import { mapping, text, word } from '../../yaml/scalars.ts';
import { findBodyFault } from '../body.ts';
import { findPathFault } from '../template.ts';
import { named, template } from './values.ts';

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** RFC 9110, 5.6.2: a token. */
export const HEADER_NAME = {
  pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/,
  allowed: 'the name of a header, such as Acme-Version',
} as const;

const QUERY_NAME = {
  pattern: /^[^\p{Cc}\p{Cf}]{1,100}$/u,
  allowed: 'the name of a query parameter, without control characters',
} as const;

/** Headers that are sent with a request; values are fixed text, ids or settings. */
export function headers() {
  return named(HEADER_NAME, template(), 20);
}

export function path() {
  return z.string({ error: PATH_ALLOWED }).superRefine((value, context) => {
    if (findPathFault(value) !== undefined) context.addIssue({ code: 'custom', message: PATH_ALLOWED });
  });
}

const PATH_ALLOWED =
  'a path below baseUrl such as /v2[/projects/{projectId}]/jobs/{jobId}, without "?", "#", "%", "..", "//" and backslashes';

function query() {
  const value = z.union([template(), z.number(), z.boolean()], {
    error: 'text in which braces hold nothing but a name, a number, true or false',
  });
  return named(QUERY_NAME, value, 50);
}

function tree() {
  return z.unknown().superRefine((value, context) => {
    const fault = findBodyFault(value);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });
}

const BASE_KEYS = {
  path: path().describe(
    'Below baseUrl. {name} is an id or a setting; [/…{id}…] falls away where the optional id is absent.',
  ),
  query: query()
    .optional()
    .describe('The query; a member that is one {id} alone is left out where the id is absent.'),
  headers: headers().optional().describe('Headers of this request.'),
};

/** A request that is whole by itself. */
export function request(method: (typeof METHODS)[number]) {
  return mapping({
    method: word(METHODS).default(method).describe('The HTTP method.'),
    ...BASE_KEYS,
    body: tree()
      .optional()
      .describe(
        'What is sent, as YAML; {name} in a text stands for an id or a setting, every other brace is text.',
      ),
    encoding: word(['json', 'form']).default('json').describe('How the body is written.'),
  });
}

/** A start's request: the order is laid into its body. */
export function startRequest() {
  return mapping({
    method: word(METHODS).default('POST').describe('The HTTP method.'),
    ...BASE_KEYS,
    body: z
      .union([z.enum(['json', 'form']), tree()], { error: 'json, form, or a mapping' })
      .optional()
      .describe('json or form, which says how the body is written; or what is in every body, as YAML.'),
    encoding: word(['json', 'form']).optional().describe('How the body is written.'),
    nesting: word(['brackets']).optional().describe('How a form writes what is nested: a[b]=c.'),
    under: text('a JSON Pointer such as /data', (value) => value.startsWith('/')).optional(),
  });
}
