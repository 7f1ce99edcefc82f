import type { ExportKey } from '../../export/export.ts';
import { toExportKey } from '../../export/locator.ts';
import type { VendorAccount } from '../../export/ports.ts';
import { createAccountClient } from '../../http/client.ts';
import type { AccountResponse } from '../../http/types.ts';
import type { Tools } from '../../runtime/tools.ts';
import { toPlainText } from '../shared/status-table.ts';
import type { VendorAccountSettings, VendorDefinition } from '../vendor.ts';
import { createTalkdeskClient } from './client.ts';
import { locateFile } from './files.ts';
import { KNOWN_REPORT_TYPES, TALKDESK_LOCATOR } from './grammar.ts';
import { TALKDESK_HTTP_RULES } from './http-rules.ts';
import { readMany } from './loader.ts';
import { createRecentLister } from './recent.ts';
import { createSnapshotReader } from './snapshot-reader.ts';
import type { TalkdeskIds } from './types.ts';

export type { TalkdeskDetails, TalkdeskIds } from './types.ts';

/** Talkdesk Explore, the Data Reports API: report jobs that end in a redirect to a signed link. */
export const talkdesk: VendorDefinition<TalkdeskIds> = {
  id: 'talkdesk',
  name: 'Talkdesk',
  capabilities: { canList: true, reportsProgress: false, reportsTimes: false },
  locator: TALKDESK_LOCATOR,
  createAccount,
};

/** The longest trace id that is logged. */
const MAX_TRACE_LENGTH = 100;

function createAccount(settings: VendorAccountSettings, tools: Tools): VendorAccount {
  const http = createAccountClient({
    vendor: talkdesk.id,
    vendorName: talkdesk.name,
    account: settings.key,
    baseUrl: settings.baseUrl,
    credential: settings.credential,
    limits: settings.limits,
    rules: TALKDESK_HTTP_RULES,
    tools,
    onCall: settings.onCall,
  });
  const client = createTalkdeskClient(http, settings.baseUrl, (response) =>
    logServerFault(response, settings.key, tools),
  );
  const toSnapshot = createSnapshotReader(tools.log);
  const { timeoutMs } = settings.limits;
  const parts = { client, http, toSnapshot, tools, timeoutMs };
  const listRecent = createRecentLister({
    client,
    clock: tools.clock,
    toSnapshot,
    reportTypes: settings.reportTypes ?? KNOWN_REPORT_TYPES,
    toKey: (ids) => toExportKey(TALKDESK_LOCATOR, talkdesk.id, settings.key, ids),
  });

  return {
    key: settings.key,
    vendor: talkdesk.id,
    tenant: settings.tenant,
    identity: settings.identity,
    pacing: settings.pacing,
    readMany: (keys, options) => readMany(parts, keys.map(toTalkdeskKey), options),
    async describeFiles(key, options) {
      const own = toTalkdeskKey(key);
      const { files } = toSnapshot(own, await client.readJob(own.ids, options?.signal));
      return files ?? [];
    },
    listRecent,
    locateFile: (key, index, options) => locateFile(client, toTalkdeskKey(key), index, options),
    health: () => http.health(),
    close: () => http.close(),
  };
}

/** Talkdesk's support asks for the trace id that a server fault carries. */
function logServerFault({ status, headers }: AccountResponse, account: string, { log }: Tools): void {
  const traceId = toPlainText(headers['platform-tid'] ?? '', MAX_TRACE_LENGTH);
  if (traceId !== '')
    log.warn({ vendor: talkdesk.id, account, httpStatus: status, traceId }, 'Talkdesk failed');
}

/** A key of this vendor went through `TALKDESK_LOCATOR` when it was made, so its ids are these. */
function toTalkdeskKey(key: ExportKey): ExportKey<TalkdeskIds> {
  return key as ExportKey<TalkdeskIds>;
}
