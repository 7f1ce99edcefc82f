/** An export as an address names it: the vendor, and its ids in the order in which a locator's text has them. */
export type AddressedExport = readonly [vendor: string, ids: readonly string[]];

/**
 * Paths under which vendors' APIs, and their pages, have an export. By the path, not the host: WebAdMIT has one for each
 * organisation, Power BI and Talkdesk one for each region, and an operator may have put a proxy in front. Only Hi Energy's says so little
 * that the host counts too.
 *
 * Sources: the vendors' API references, as docs/vendors lists them; read 2026-11.
 */
const FORMS: readonly (readonly [vendor: string, address: RegExp])[] = [
  ['power-bi', /(?:\/groups\/([^/]+))?\/reports\/([^/]+)\/exports\/([^/]+)(?:\/file)?$/i],
  ['talkdesk', /\/reports\/([^/]+)\/(?:jobs|files)\/([^/]+)$/],
  ['web-admit', /(?:\/user_identities\/([^/]+))?\/exports\/([^/]+)\/export_files\/([^/]+?)(?:\/download)?$/],
  ['hi-energy', /^(?:[\w.-]*hienergy\.ai.*|(?![^/]*webadmit\.org).*\/api\/v1)\/exports\/([^/]+)$/],
  // The board's page of one export.
  ['', /\/e\/([^/]+)$/],
];

/** The export that an address names; its global id with no vendor. @param text - an http(s) address, or a path */
export function parseAddress(text: string): AddressedExport | undefined {
  const { host, pathname } = new URL(text, 'http://none.invalid');
  for (const [vendor, form] of FORMS) {
    const found = form.exec(host + pathname.replace(/\/$/, ''));
    if (found !== null) return [vendor, found.slice(1).flatMap((id) => (id ? [decode(id)] : []))];
  }
  return undefined;
}

function decode(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
