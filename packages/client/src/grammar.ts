/** What one id of a vendor looks like, and how to say so. */
interface IdRule {
  readonly pattern: RegExp;
  readonly allowed: string;
}

/** How one vendor's exports are named. */
export interface VendorGrammar {
  /** Its name in the schema's input. */
  readonly input: string;
  /** The ids as they may be written, in the order of a global id. */
  readonly forms: readonly (readonly string[])[];
  /** As help shows it. */
  readonly pattern: string;
  /** Not part of an export's name: helps the gateway to read it. */
  readonly hint?: string;
  readonly rules: Readonly<Record<string, IdRule>>;
}

const integer = (digits: number): IdRule => ({
  pattern: new RegExp(`^[1-9]\\d{0,${digits - 1}}$`),
  allowed: `a positive integer of at most ${digits} digits, without leading zeros`,
});

const UUID: IdRule = { pattern: /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i, allowed: 'a UUID' };

/** As the gateway's own grammar has it; a test compares the two. */
export const GRAMMARS: Readonly<Record<string, VendorGrammar>> = {
  'power-bi': {
    input: 'powerBi',
    forms: [
      ['reportId', 'exportId'],
      ['groupId', 'reportId', 'exportId'],
    ],
    pattern: 'power-bi:REPORT/EXPORT or power-bi:GROUP/REPORT/EXPORT',
    rules: {
      groupId: UUID,
      reportId: UUID,
      exportId: {
        // Not only blanks, not . and not .. alone; no half of a surrogate pair, which no text on the wire can hold.
        pattern: /^(?!\s*$|\.{1,2}$)(?!.{513})[^\p{Cc}\p{Cs}/\\?#%]+$/u,
        allowed:
          'at most 512 characters without control characters and without any of / \\ ? # %, not . or ..',
      },
    },
  },
  'hi-energy': {
    input: 'hiEnergy',
    forms: [['exportId']],
    pattern: 'hi-energy:ID',
    rules: { exportId: integer(19) },
  },
  talkdesk: {
    input: 'talkdesk',
    forms: [['reportType', 'jobId']],
    pattern: 'talkdesk:TYPE/ID',
    rules: {
      reportType: {
        pattern: /^[a-z][a-z0-9_]{0,63}$/,
        allowed: 'a report type: lower-case letters, digits and underscores, a letter first, at most 64',
      },
      jobId: { pattern: /^[\w-]{1,64}$/, allowed: '1 to 64 letters, digits, hyphens or underscores' },
    },
  },
  'web-admit': {
    input: 'webAdmit',
    forms: [
      ['exportId', 'exportFileId'],
      ['userIdentityId', 'exportId', 'exportFileId'],
    ],
    pattern: 'web-admit:EXPORT/FILE or web-admit:IDENTITY/EXPORT/FILE',
    hint: 'userIdentityId',
    rules: { userIdentityId: integer(18), exportId: integer(18), exportFileId: integer(18) },
  },
};
