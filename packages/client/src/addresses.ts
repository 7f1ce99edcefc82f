/** An export as an address names it. */
export interface AddressedExport {
  readonly vendor: string;
  /** In the order in which a locator's text has them. */
  readonly ids: readonly string[];
}

interface AddressForm {
  readonly vendor: string;
  readonly path: RegExp;
  /** Where the path alone would leave room for doubt. */
  readonly host?: RegExp;
}

/**
 * Paths under which vendors' APIs, and their pages, have an export. By the path, not the host: WebAdMIT has one for each
 * organisation, Power BI and Talkdesk one for each region, and an operator may have put a proxy in front.
 *
 * Sources: the vendors' API references, as docs/vendors lists them; read 2026-11.
 */
const FORMS: readonly AddressForm[] = [
  {
    vendor: 'power-bi',
    path: /(?:\/groups\/([^/]+))?\/reports\/([^/]+)\/exports\/([^/]+)(?:\/file)?\/?$/i,
  },
  { vendor: 'talkdesk', path: /\/reports\/([^/]+)\/(?:jobs|files)\/([^/]+)\/?$/ },
  {
    vendor: 'web-admit',
    path: /(?:\/user_identities\/([^/]+))?\/exports\/([^/]+)\/export_files\/([^/]+)(?:\/download)?\/?$/,
  },
  { vendor: 'hi-energy', path: /^\/exports\/([^/]+)\/?$/, host: /(?:^|\.)hienergy\.ai$/ },
  { vendor: 'hi-energy', path: /\/api\/v1\/exports\/([^/]+)\/?$/, host: /^(?!(?:.*\.)?webadmit\.org$)/ },
];

/** The board's page of one export. */
const BOARD_PAGE = /\/e\/([\w-]+)\/?$/;

/** The export that an address names, or its global id; undefined where it holds none. @param text - an http(s) address, or a path */
export function parseAddress(text: string): AddressedExport | string | undefined {
  const { hostname, pathname } = new URL(text, 'http://path.invalid');
  for (const { vendor, path, host } of FORMS) {
    const found = host === undefined || host.test(hostname) ? path.exec(pathname) : null;
    if (found === null) continue;
    return { vendor, ids: found.slice(1).flatMap((id) => (id === undefined ? [] : [decode(id)])) };
  }
  return BOARD_PAGE.exec(pathname)?.[1];
}

function decode(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
