import { MOVING_ACCOUNT, toMovingOwner } from './cast.ts';
import type { Ledger } from './ledger.ts';
import type { FileLink } from './world.ts';

/** What a link's token states, as far as a schedule looks at it. */
interface Statement {
  readonly tenant: number;
  readonly account: string;
}

/** Remembers the file links of an export that a caller was shown. @param owners - whose credentials stood behind that caller */
export function noteLinks(
  world: { readonly ledger: Ledger; readonly links: { add(link: FileLink): void } },
  shown: { readonly files?: readonly { readonly url: string }[] | null } | null | undefined,
  owners: ReadonlySet<string>,
): void {
  for (const { url } of shown?.files ?? []) {
    const { tenant, account } = readLink(url);
    // Of an account that its tenant has no longer: it opens nothing.
    if (account.startsWith('unknown ')) continue;
    const prefix = account === MOVING_ACCOUNT ? toMovingOwner(tenant) : account.replaceAll('-', '');
    const owner = [...owners].find(
      (name) => name === prefix || (account.includes('-own-') && name.startsWith(prefix)),
    );
    if (owner === undefined) world.ledger.report('file link', `a link to ${account} for somebody else`, url);
    else world.links.add({ url, tenant, owner });
  }
}

/** The two halves of a link's token. */
export function halvesOf(url: string): readonly [payload: string, signature: string] {
  const [payload = '', signature = ''] = url.slice(url.lastIndexOf('/') + 1).split('.');
  return [payload, signature];
}

function readLink(url: string): Statement {
  const [payload] = halvesOf(url);
  const [tenant = '', identity = ''] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as string[];
  return { tenant: Number(tenant.replace('tenant', '')), account: identity.split('/')[1] ?? '' };
}
