/** What one id of a vendor looks like, and how to say so. */
type IdRule = readonly [pattern: RegExp, allowed: string];

/** How one vendor's exports are named. */
export interface VendorGrammar {
  /** Its name in the schema's input. */
  readonly input: string;
  /** Its ids in the order of a global id. */
  readonly ids: Readonly<Record<string, IdRule>>;
  /** The first id may be left out; `hint`: it helps the gateway to read an export, and is no part of its name. */
  readonly first?: 'optional' | 'hint';
  /**
   * Host and path of addresses that hold the ids, in the vendor's API and its pages. By the path, not the host: WebAdMIT has one for each
   * organisation, Power BI and Talkdesk one for each region, and an operator may have put a proxy in front. Only Hi Energy's path says so
   * little that the host counts too. Sources: the vendors' API references, as docs/vendors lists them; read 2026-11.
   */
  readonly address: RegExp;
}

const integer = (digits: number): IdRule => [
  new RegExp(`^[1-9]\\d{0,${digits - 1}}$`),
  `a number of at most ${digits} digits that does not begin with 0`,
];

const UUID: IdRule = [/^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i, 'a UUID'];

/** As the gateway's own grammar has it; a test compares the two. */
export const GRAMMARS: ReadonlyMap<string, VendorGrammar> = new Map<string, VendorGrammar>([
  [
    'power-bi',
    {
      input: 'powerBi',
      first: 'optional',
      ids: {
        groupId: UUID,
        reportId: UUID,
        // Not blanks alone, not . and not ..; no half of a surrogate pair, which no text on the wire can hold.
        exportId: [/^(?!\s*$|\.{1,2}$)[^\p{Cc}\p{Cs}/\\?#%]{1,512}$/u, 'text without any of / \\ ? # %'],
      },
      address: /(?:\/groups\/([^/]+))?\/reports\/([^/]+)\/exports\/([^/]+?)(?:\/file)?$/i,
    },
  ],
  [
    'hi-energy',
    {
      input: 'hiEnergy',
      ids: { exportId: integer(19) },
      address: /^(?:[\w.-]*hienergy\.ai.*|(?![^/]*webadmit\.org).*\/api\/v1)\/exports\/([^/]+)$/,
    },
  ],
  [
    'talkdesk',
    {
      input: 'talkdesk',
      ids: {
        reportType: [/^[a-z][a-z0-9_]{0,63}$/, 'lower-case letters, digits and underscores'],
        jobId: [/^[\w-]{1,64}$/, 'letters, digits, hyphens and underscores'],
      },
      address: /\/reports\/([^/]+)\/(?:jobs|files)\/([^/]+)$/,
    },
  ],
  [
    'web-admit',
    {
      input: 'webAdmit',
      first: 'hint',
      ids: { userIdentityId: integer(18), exportId: integer(18), exportFileId: integer(18) },
      address: /(?:\/user_identities\/([^/]+))?\/exports\/([^/]+)\/export_files\/([^/]+?)(?:\/download)?$/,
    },
  ],
]);
