import * as z from 'zod';
import { list, mapping, patternText, text, word, yesOrNo } from '../../yaml/scalars.ts';
import { INSTANT_FIELDS } from '../declaration.ts';
import { path, request } from './request.ts';
import { STATUSES, where } from './status.ts';
import { duration, INSTANT_CONVERSIONS, pointer, pointers, scalar, template, valueRule } from './values.ts';

export const FILE_KINDS = ['link', 'links', 'stream', 'lookup'] as const;

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const HOST_ALLOWED =
  'a host (files.acme.example), with a path or not (files.acme.example/bucket/), *.suffix (*.acme.example), *end.of.host of four labels (*files.eu.acme.example) or "*", in lower case';

/**
 * A host that links may lead to, with a folder or not; all below a suffix, never a whole top-level domain; all whose first label ends so;
 * or any.
 */
const HOST_PATTERN = new RegExp(
  `^(?:\\*|\\*\\.${LABEL}(?:\\.${LABEL})+|\\*[a-z0-9_-]{1,62}(?:\\.${LABEL}){3,}|${LABEL}(?:\\.${LABEL})+(?:(?:/[A-Za-z0-9_-]+)+/)?)$`,
);

function host() {
  return patternText(HOST_ALLOWED, HOST_PATTERN).max(300, { error: HOST_ALLOWED });
}

/** A pointer or a mapping with one, or text. */
function fact() {
  return z.union([template(), mapping({ at: pointers(), absent: list(scalar(), 20).optional() })], {
    error: 'a JSON Pointer, a mapping with at, or text in which braces hold nothing but a name',
  });
}

function expiresAt() {
  return z.union(
    [
      pointer(),
      mapping({
        at: pointers().optional(),
        as: word(INSTANT_CONVERSIONS).optional(),
        absent: list(scalar(), 20).optional(),
        link: word(['amz']).optional().describe("amz: the link's own X-Amz-Date and X-Amz-Expires."),
        from: z.enum(INSTANT_FIELDS, { error: INSTANT_FIELDS.join(', ') }).optional(),
        plus: duration().optional(),
      }),
    ],
    { error: 'a JSON Pointer, or a mapping with at, with link, or with from and plus' },
  );
}

function fileSchema() {
  return mapping({
    kind: word(FILE_KINDS).describe(
      'link: the answer holds the link. links: a list of them. stream: a call answers with the bytes. lookup: a further call answers with the link.',
    ),
    request: request('GET')
      .optional()
      .describe('Of stream and lookup. {/pointer} is a value of the status answer.'),
    path: path().optional().describe('Short for a request that is a GET of this path.'),
    at: pointers()
      .optional()
      .describe('Where the link stands: below status.at, for lookup in its own answer.'),
    of: list(word(STATUSES), 8).default(['SUCCEEDED']).describe('Which exports have such files.'),
    where: where()
      .optional()
      .describe('What has to hold for such a file: comparisons by pointer, below status.at.'),
    expiresAt: expiresAt().optional().describe('When the link ends.'),
    lives: duration().optional().describe('How long a link works from the answer on.'),
    name: fact().optional().describe('What the file is called: a pointer, or text.'),
    mediaType: fact().optional().describe('What is in it: a pointer, or text such as text/csv.'),
    size: valueRule(['integer-text']).optional().describe('How many bytes it has.'),
    checksum: mapping({
      at: pointers(),
      kind: word(['sha256', 'md5']),
      absent: list(scalar(), 20).optional(),
    }).optional(),
    gzip: z
      .union([pointer(), mapping({ at: pointers(), absent: list(scalar(), 20).optional() })], {
        error: 'a JSON Pointer, or a mapping with at',
      })
      .optional()
      .describe('Where the answer says that the bytes are compressed.'),
    credential: yesOrNo()
      .default(false)
      .describe(
        "Whether the link needs the account's credential; then only on baseUrl's origin and those of origins.",
      ),
    hosts: list(host(), 50).optional().describe("Hosts that links may lead to, beside baseUrl's own."),
  });
}

export function filesSchema() {
  return z.union([fileSchema(), list(fileSchema(), 10)], {
    error: 'a mapping, or a list of at most 10 of them',
  });
}

/** A fixed origin or one with settings in its host. */
export function origin() {
  return text('an https origin such as https://files.acme.example', (value) =>
    /^https?:\/\/[^/?#@\\\s]+\/?$/.test(value),
  );
}
