import type { LogLine } from '../support/tools.ts';
import { MOVING_ACCOUNT } from './cast.ts';
import type { Ledger } from './ledger.ts';
import type { World } from './world.ts';

/** No figure that an operator reads holds anything of a vendor's answer. */
export async function inspectMetrics({ http, ledger }: World): Promise<void> {
  const response = await http.request({ method: 'GET', path: '/metrics' });
  const text = await response.body.text();
  ledger.counts.bytes += text.length;
  const [canary] = /CANARY-[a-z0-9]+-/.exec(text) ?? [];
  if (canary !== undefined) ledger.report('metrics', `a canary: ${canary}`);
}

/** No line says where a vendor is. A log line about one account holds nothing of another, and a line that names no account holds nothing of any. */
export function inspectLog(ledger: Ledger, lines: readonly LogLine[], vendorUrl: string): void {
  const { host } = new URL(vendorUrl);
  for (const { fields, message } of lines) {
    const text = JSON.stringify({ ...fields, message });
    ledger.counts.bytes += text.length;
    if (text.includes(host)) ledger.report('log', 'where a vendor is', text);
    const account = typeof fields.account === 'string' ? fields.account.replaceAll('-', '') : undefined;
    for (const [, owner = ''] of text.matchAll(/CANARY-([a-z0-9]+)-/g)) {
      if (account === undefined || !isOf(account, owner))
        ledger.report('log', `the canary of ${owner} in a line about ${account ?? 'no account'}`, text);
    }
    for (const [, endpoint] of text.matchAll(/\bt(\d)-hook\b/g)) {
      if (typeof fields.tenant === 'string' && fields.tenant !== `tenant${endpoint}`)
        ledger.report('log', 'a webhook endpoint of another tenant', text);
    }
    for (const [, tenant] of text.matchAll(/tenant(\d)/g)) {
      if (account !== undefined && account !== MOVING_ACCOUNT && !account.startsWith(`t${tenant}`))
        ledger.report('log', 'two tenants in one line', text);
    }
  }
}

function isOf(account: string, owner: string): boolean {
  return account === MOVING_ACCOUNT ? owner.endsWith(MOVING_ACCOUNT) : owner.startsWith(account);
}
