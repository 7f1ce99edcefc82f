import * as z from 'zod';
import { lineOfText, list, mapping, patternText, text, wholeNumber } from '../../yaml/scalars.ts';
import { credentialsSchema } from './credentials.ts';
import { errorsSchema } from './errors.ts';
import { filesSchema, origin } from './files.ts';
import { description, locatorSchema, settingsSchema } from './names.ts';
import { callbackSchema, cancelSchema, startSchema } from './orders.ts';
import { headers } from './request.ts';
import { listSchema, statusSchema } from './status.ts';
import { template } from './values.ts';

const DAY_MS = 24 * 3_600_000;
const RATE_ALLOWED = { error: 'a number above 0, at most 10000' };

/**
 * A vendor file, key by key: what each may be, its default, its sentence.
 *
 * What one key asks of another stands in rules/, because a schema stops looking at a mapping as soon as one key is wrong.
 *
 * Made when it is asked for: most gateways read no vendor file.
 */
export function vendorFileSchema() {
  made ??= make();
  return made;
}

let made: ReturnType<typeof make> | undefined;

function make() {
  return mapping({
    id: patternText(
      'a name in kebab-case such as acme-reports, at most 40 characters',
      /^(?=.{1,40}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
    ).describe("The vendor's name in configuration and locators; its types are named after it."),
    name: lineOfText(100).describe("The vendor's name as its owner writes it."),
    docs: text('an https URL', (value) => /^https:\/\/[^\s@\\]+$/.test(value) && URL.canParse(value))
      .optional()
      .describe("Where the vendor's own documentation of its exports is."),
    description: description().optional().describe('What an export is, for the schema.'),
    notes: list(description(), 50)
      .default([])
      .describe("What else a reader of the vendor's page has to know."),
    baseUrl: template()
      .optional()
      .describe(
        "What paths are appended to; {name} is a setting. An account's own baseUrl replaces it; without one here, every account has to say its own.",
      ),
    origins: list(origin(), 10).default([]).describe('Further origins that the credential may go to.'),
    settings: settingsSchema().default({}),
    headers: headers().default({}).describe('Headers that are sent with every call; {name} is a setting.'),
    credentials: credentialsSchema().describe('Which credentials an account may have, and how each is sent.'),
    locator: locatorSchema(),
    status: statusSchema().describe('How one export is read.'),
    list: listSchema().optional().describe('How exports are listed.'),
    start: startSchema().optional().describe('How an export is started.'),
    cancel: cancelSchema().optional().describe('How an export is canceled.'),
    files: filesSchema()
      .default([])
      .describe('Where the files of an export are: one kind, or a list of several.'),
    errors: errorsSchema().prefault({}),
    pacing: mapping({
      minMs: wholeNumber(100, DAY_MS)
        .default(5_000)
        .describe('The shortest wait between two polls of one export, in milliseconds.'),
      maxMs: wholeNumber(100, DAY_MS).default(60_000).describe('The longest wait, in milliseconds.'),
      stallAfterMs: wholeNumber(1_000, 30 * DAY_MS)
        .default(1_800_000)
        .describe('After how long without any change an export counts as stalled, in milliseconds.'),
    })
      .prefault({})
      .describe('How often watched exports are read.'),
    limits: mapping({
      requestsPerSecond: z
        .number(RATE_ALLOWED)
        .gt(0, RATE_ALLOWED)
        .max(10_000, RATE_ALLOWED)
        .default(5)
        .describe('Requests a second that an account may send.'),
      maxConcurrent: wholeNumber(1, 1_000)
        .default(4)
        .describe('Requests of an account that may be under way at once.'),
    })
      .prefault({})
      .describe('What an account may spend on its vendor.'),
    callback: callbackSchema()
      .optional()
      .describe('How the vendor calls when an export has ended: a hint that leads to a read.'),
  }).describe('A vendor of a Waybill gateway.');
}

/** A file that fits the schema, defaults filled in. */
export type CheckedVendorFile = z.output<ReturnType<typeof make>>;
