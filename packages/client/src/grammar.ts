/** What one id of a vendor looks like, and how to say so. */
type IdRule = readonly [pattern: RegExp, allowed: string];

/** How one vendor's exports are named. */
export interface VendorGrammar {
  /** Its name in the schema's input. */
  readonly input: string;
  /** Its ids in the order of a global id, the first of which may be left out where there is a shorter form. */
  readonly ids: Readonly<Record<string, IdRule>>;
  /** The first id may be left out. */
  readonly isFirstOptional?: boolean;
  /** The first id is not part of an export's name: it helps the gateway to read it. */
  readonly isFirstHint?: boolean;
}

const integer = (digits: number): IdRule => [
  new RegExp(`^[1-9]\\d{0,${digits - 1}}$`),
  `a positive integer of at most ${digits} digits, without leading zeros`,
];

const UUID: IdRule = [/^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i, 'a UUID'];

/** As the gateway's own grammar has it; a test compares the two. */
export const GRAMMARS: ReadonlyMap<string, VendorGrammar> = new Map(
  Object.entries<VendorGrammar>({
    'power-bi': {
      input: 'powerBi',
      isFirstOptional: true,
      ids: {
        groupId: UUID,
        reportId: UUID,
        exportId: [
          // Not blanks alone, not . and not ..; no half of a surrogate pair, which no text on the wire can hold.
          /^(?!\s*$|\.{1,2}$)[^\p{Cc}\p{Cs}/\\?#%]{1,512}$/u,
          'at most 512 characters, without any of / \\ ? # %',
        ],
      },
    },
    'hi-energy': { input: 'hiEnergy', ids: { exportId: integer(19) } },
    talkdesk: {
      input: 'talkdesk',
      ids: {
        reportType: [
          /^[a-z][a-z0-9_]{0,63}$/,
          'at most 64 lower-case letters, digits and underscores, a letter first',
        ],
        jobId: [/^[\w-]{1,64}$/, '1 to 64 letters, digits, hyphens or underscores'],
      },
    },
    'web-admit': {
      input: 'webAdmit',
      isFirstOptional: true,
      isFirstHint: true,
      ids: { userIdentityId: integer(18), exportId: integer(18), exportFileId: integer(18) },
    },
  }),
);
