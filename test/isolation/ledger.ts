/** What whoever reads an answer may find in it. */
export interface Expectation {
  readonly tenant: number;
  /** The owners of the credentials that stand behind this caller. */
  readonly owners: ReadonlySet<string>;
  /** The milliseconds in which their creation times end. */
  readonly codes: ReadonlySet<string>;
}

export interface Violation {
  readonly step: number;
  readonly place: string;
  readonly problem: string;
  /** What stands around it. */
  readonly excerpt: string;
}

/** Canaries; the names of tenants, which stand in file links and labels; keys of accounts and webhook endpoints; names of callers; JSON arrays in base64url, as ids and cursors are. */
const TRACES =
  /CANARY-([a-z0-9]+)-|tenant([0-9])|\bt([0-9])-(?:own-)?(?:bi|hi|desk|admit|hook)\b|\bcaller-([0-9])\b|\bW[A-Za-z0-9_-]{15,}/g;
const CREATED_AT = /"createdAt":"[^"]*\.(\d{3})Z"/g;
/** Vendors' own links are for whoever opens a file, and stand in no other answer. */
const PRESIGNED = /CANARY-[a-z0-9]+-link/;
const NO_ECHOES: ReadonlySet<string> = new Set();
const MAX_VIOLATIONS = 20;
const EXCERPT_LENGTH = 240;

/** Keeps count of a schedule, and of everything in it that ought not to be. */
export class Ledger {
  readonly counts = {
    steps: 0,
    operations: 0,
    events: 0,
    downloads: 0,
    refusedLinks: 0,
    foreignAsked: 0,
    vendorCalls: 0,
    faults: 0,
    reloads: 0,
    starts: 0,
    tracked: 0,
    listEvents: 0,
    webhooks: 0,
    deliveries: 0,
    callbacks: 0,
    canaries: 0,
    bytes: 0,
    violations: 0,
  };
  readonly violations: Violation[] = [];
  /** Owners of whom a canary reached a client that may see it. */
  readonly ownersSeen = new Set<string>();
  step = 0;

  /** Looks at every byte of something that the gateway gave to a client. @param echoes - other tenants' accounts that it had named itself */
  inspect(place: string, text: string, expectation: Expectation, echoes = NO_ECHOES): void {
    this.counts.bytes += text.length;
    this.look(place, text, text, expectation, echoes);
    if (!place.endsWith('file') && PRESIGNED.test(text)) this.report(place, 'a link of the vendor’s', text);
    for (const [, code = ''] of text.matchAll(CREATED_AT)) {
      if (!expectation.codes.has(code)) this.report(place, 'a creation time of somebody else', text);
    }
  }

  report(place: string, problem: string, text = ''): void {
    this.counts.violations += 1;
    if (this.violations.length >= MAX_VIOLATIONS) return;
    this.violations.push({ step: this.step, place, problem, excerpt: text.slice(0, EXCERPT_LENGTH) });
  }

  private look(
    place: string,
    text: string,
    whole: string,
    expectation: Expectation,
    echoes: ReadonlySet<string>,
  ): void {
    for (const match of text.matchAll(TRACES)) {
      const [found, owner, tenant, accountTenant, callerIndex] = match;
      const around = (): string =>
        text === whole ? text.slice(Math.max(0, match.index - 100)) : `${text} in ${whole}`;
      if (owner !== undefined) {
        this.counts.canaries += 1;
        if (expectation.owners.has(owner)) this.ownersSeen.add(owner);
        else this.report(place, `the canary of ${owner}`, around());
      } else if (tenant !== undefined) {
        if (Number(tenant) !== expectation.tenant) this.report(place, `the tenant ${tenant}`, around());
      } else if (accountTenant !== undefined) {
        const isForeign = Number(accountTenant) !== expectation.tenant;
        if (isForeign && !echoes.has(found)) this.report(place, `the account ${found}`, around());
      } else if (callerIndex !== undefined) {
        const isForeign = Math.floor(Number(callerIndex) / 2) !== expectation.tenant;
        if (isForeign) this.report(place, `the caller ${callerIndex}`, around());
      } else if (text === whole) {
        // Ids, cursors and links are read too: what stands in them has been told as well.
        this.look(place, Buffer.from(found, 'base64url').toString('utf8'), whole, expectation, echoes);
      }
    }
  }
}
