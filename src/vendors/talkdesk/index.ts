import type { AccountResponse } from '../../http/types.ts';
import type { Tools } from '../../runtime/tools.ts';
import { defineVendor } from '../shared/account.ts';
import { toPlainText } from '../shared/status-table.ts';
import { createTalkdeskClient, TALKDESK_HTTP_RULES } from './client.ts';
import { locateFile } from './files.ts';
import { createTalkdeskLoader } from './loader.ts';
import { ACCEPTED_WORD, NO_CONTENT_WORD } from './mapping.ts';
import { kindOf, parseOrder } from './orders.ts';
import { KNOWN_REPORT_TYPES, TALKDESK_LOCATOR, type TalkdeskIds } from './types.ts';

export type { TalkdeskDetails, TalkdeskIds } from './types.ts';

/** Talkdesk Explore, the Data Reports API: report jobs that end in a redirect to a signed link. */
export const talkdesk = defineVendor<TalkdeskIds>({
  id: 'talkdesk',
  name: 'Talkdesk',
  capabilities: {
    canList: true,
    reportsProgress: false,
    reportsTimes: false,
    canStart: true,
    canCancel: true,
  },
  locator: TALKDESK_LOCATOR,
  rules: TALKDESK_HTTP_RULES,
  knownWords: [NO_CONTENT_WORD, ACCEPTED_WORD],
  parseOrder,
  kindOf,
  open({ http, settings, tools, toKey }) {
    const { baseUrl, key: account, reportTypes = KNOWN_REPORT_TYPES } = settings;
    const client = createTalkdeskClient(http, baseUrl, (response) =>
      logServerFault(response, account, tools),
    );
    return {
      ...createTalkdeskLoader({ client, clock: tools.clock, reportTypes, toKey }),
      locateFile: (key, index, options) => locateFile({ client, http, baseUrl }, key, index, options),
    };
  },
});

/** The longest trace id that is logged. */
const MAX_TRACE_LENGTH = 100;

/** Talkdesk's support asks for the trace id that a server fault carries. */
function logServerFault({ status, headers }: AccountResponse, account: string, { log }: Tools): void {
  const traceId = toPlainText(headers['platform-tid'] ?? '', MAX_TRACE_LENGTH);
  if (traceId !== '')
    log.warn({ vendor: 'talkdesk', account, httpStatus: status, traceId }, 'Talkdesk failed');
}
