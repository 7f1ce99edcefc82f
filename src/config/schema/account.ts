import * as z from 'zod';
import type { VendorId } from '../../export/vendor-id.ts';
import type { SettingRule } from '../../vendor-file/declaration.ts';
import { isSecureAddress } from '../../yaml/address.ts';
import {
  keyWord,
  list,
  mapping,
  nameWord,
  oneOf,
  patternText,
  text,
  wholeNumber,
  word,
  yesOrNo,
} from '../../yaml/scalars.ts';
import { FILE_ORIGIN_ALLOWED, isFileOrigin } from '../file-origin.ts';
import type { VendorDefaults, VendorRows } from '../vendor-defaults.ts';
import { SECURE_ADDRESS_ALLOWED } from './access.ts';
import { credentialSchema } from './credential.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * One account; which keys and values it may have depends on its vendor's row in the table of defaults.
 *
 * @param named - the vendors whose accounts can be read: others are called unknown, and all that there are are told
 */
export function accountSchema(vendors: VendorRows, named: readonly VendorId[] = [...vendors.keys()]) {
  const rows = [...vendors].filter(([vendor]) => named.includes(vendor));
  const [first, ...rest] = rows.map(([vendor, defaults]) => vendorAccountSchema(vendor, defaults));
  if (first === undefined) throw new TypeError('There is no vendor.');
  return z.discriminatedUnion('vendor', [first, ...rest], {
    error: (issue) => (issue.code === 'invalid_union' ? oneOf([...vendors.keys()]) : 'a mapping'),
  });
}

function vendorAccountSchema(vendor: VendorId, defaults: VendorDefaults) {
  return mapping({
    key: keyWord().describe("The account's name in locators and logs; unique."),
    vendor: z.literal(vendor).describe('The vendor that the account is at.'),
    tenant: nameWord()
      .default('default')
      .describe('The tenant that the account belongs to; "default" is the one of mode open.'),
    baseUrl: baseUrlSchema(defaults).describe(
      "What the vendor's paths are appended to. http is accepted only on a loopback host.",
    ),
    credential: credentialSchema(vendor, defaults),
    limits: accountLimitsSchema(defaults),
    polling: pollingSchema(defaults),
    files: word(defaults.files)
      .default(defaults.files[0])
      .describe(
        "Whether browsers are redirected to the vendor's presigned link, or the file is streamed through the gateway.",
      ),
    fileOrigins: list(text(FILE_ORIGIN_ALLOWED, isFileOrigin), 100)
      .default([...defaults.fileOrigins])
      .describe(
        'Where file links of this account may point, beside the origin of baseUrl: hosts, with a path or not, *.suffix, *end.of.host, or https origins. Replaces the default.',
      ),
    ...trackingKeys(),
    ...vendorKeys(defaults),
  });
}

function baseUrlSchema({ baseUrl, declaration }: VendorDefaults) {
  const schema = text(SECURE_ADDRESS_ALLOWED, isSecureAddress);
  // The address of a file may hold settings: it is put together where they are known.
  if (declaration !== undefined && declaration.baseUrl !== null) return schema.optional();
  return baseUrl === undefined ? schema : schema.default(baseUrl);
}

function accountLimitsSchema({ limits }: VendorDefaults) {
  const rateAllowed = { error: 'a number above 0, at most 10000' };
  return mapping({
    requestsPerSecond: z
      .number(rateAllowed)
      .gt(0, rateAllowed)
      .max(10_000, rateAllowed)
      .default(limits.requestsPerSecond)
      .describe('Requests a second that the account may send to its vendor.'),
    maxConcurrent: wholeNumber(1, 1_000)
      .default(limits.maxConcurrent)
      .describe('Requests of the account that may be under way at once.'),
    timeoutMs: wholeNumber(100, 120_000)
      .default(limits.timeoutMs)
      .describe(
        'How long one vendor call may take, in milliseconds; a read with its retries ends within three times that.',
      ),
  })
    .prefault({})
    .describe('What the account may spend on its vendor.');
}

function pollingSchema({ pacing }: VendorDefaults) {
  return mapping({
    minMs: wholeNumber(100, DAY_MS)
      .default(pacing.minMs)
      .describe('The shortest wait between two polls of one export, in milliseconds; at most maxMs.'),
    maxMs: wholeNumber(100, DAY_MS)
      .default(pacing.maxMs)
      .describe('The longest wait between two polls of one export, in milliseconds.'),
  })
    .prefault({})
    .describe('How often watched exports of the account are read.');
}

function trackingKeys() {
  return {
    track: word(['asked', 'all'])
      .default('asked')
      .describe(
        "Which exports of the account are tracked: those that somebody asked for, or all that the vendor's list shows as open (not for power-bi, which has no list, nor with a credential of type caller).",
      ),
    discoverMs: wholeNumber(1_000, DAY_MS)
      .default(30_000)
      .describe(
        "With track: all, how often the vendor's list is asked, in milliseconds: one call each time.",
      ),
    callbacks: yesOrNo()
      .default(false)
      .describe(
        'Starts name this gateway as what the vendor calls when an export has ended, at publicUrl/callbacks/…; of the coded vendors, web-admit has such a thing.',
      ),
  };
}

/** The keys that only some vendors' accounts have. */
function vendorKeys({ hasReportTypes, declaration }: VendorDefaults) {
  const keys = { reportTypes: reportTypesSchema(), settings: settingsSchema(declaration?.settings ?? {}) };
  const { reportTypes, settings } = keys;
  const isSet = Object.keys(declaration?.settings ?? {}).length > 0;
  // Both are optional, so what is parsed without one has the same type.
  return { ...(hasReportTypes ? { reportTypes } : {}), ...(isSet ? { settings } : {}) } as typeof keys;
}

/** What a declared vendor's accounts have to say beside their credential. */
function settingsSchema(settings: Readonly<Record<string, SettingRule>>) {
  const rules = Object.entries(settings).map(([name, rule]) => {
    const allowed = `${rule.description ?? 'text'} that fits ${rule.pattern}, such as ${rule.example}`;
    const schema = patternText(allowed, new RegExp(`^(?:${rule.pattern})$`, 'u'));
    const described = schema.describe(rule.description ?? `Such as ${rule.example}.`);
    if (rule.default !== null) return [name, described.default(rule.default)] as const;
    return [name, rule.isOptional === true ? described.optional() : described] as const;
  });
  const schema: z.ZodType<
    Readonly<Record<string, string>>,
    Readonly<Record<string, string>> | undefined
  > = mapping(Object.fromEntries(rules)) as never;
  const isNeeded = Object.values(settings).some((rule) => rule.default === null && rule.isOptional !== true);
  return (isNeeded ? schema : schema.prefault({})).describe(
    "What the vendor's addresses and paths are made of.",
  );
}

function reportTypesSchema() {
  const slug = patternText(
    'a report type such as calls: a lower-case letter, then up to 63 lower-case letters, digits or "_"',
    /^[a-z][a-z0-9_]{0,63}$/,
  );
  return list(slug, 50)
    .optional()
    .describe('The report types whose jobs recentExports lists. Default: those the adapter knows.');
}
