import { isTerminal } from '../../export/export.ts';
import { parseIds } from '../../export/locator.ts';
import type { ExportOrder, LocatorGrammar, StartOptions } from '../../export/ports.ts';
import type { OwnReads } from '../shared/account.ts';
import type { OrderInput } from '../shared/orders.ts';
import { type LoaderParts, newestFirst, toListedIds } from './loader.ts';
import { readRunStatus, toSnapshot } from './mapping.ts';
import { ID, toWireId, type WebAdmitIds, type WireRun } from './types.ts';

/** A template to run, and the identity to run it under. */
export type WebAdmitOrder = { userIdentityId: string; exportId: string };

const ORDER_GRAMMAR: LocatorGrammar<WebAdmitOrder> = { userIdentityId: ID, exportId: ID };

/** Below every id: nothing of the template had ended, so whatever is found is newer. */
const NOTHING_ENDED = '0';

/** See `VendorInfo.parseOrder`. */
export function parseOrder(input: OrderInput, where: string): WebAdmitOrder {
  return parseIds(ORDER_GRAMMAR, input, where);
}

/**
 * Starts templates, and looks for a run whose start's answer was lost.
 *
 * WebAdMIT runs a template once at a time: where it is running, the run under way is the answer. So that run counts as one that the order
 * may have started, although it was there before; only runs that had ended do not.
 */
export function createWebAdmitOrders({
  client,
  toKey,
  memory,
}: LoaderParts): Required<Pick<OwnReads<WebAdmitIds>, 'start' | 'markStart' | 'findStarted'>> {
  /** The runs of a template in the list of its identity, newest first. */
  async function listTemplate({ userIdentityId, exportId }: WebAdmitOrder, scope: StartOptions['scope']) {
    const { value, receivedAt } = await client.listRuns(userIdentityId, { scope });
    const listed = new Map<string, { readonly ids: WebAdmitIds; readonly run: WireRun }>();
    for (const run of value) {
      const ids = toListedIds(run, userIdentityId);
      if (ids === null) continue;
      memory.saw(ids.exportFileId, userIdentityId);
      if (ids.exportId === exportId && !listed.has(ids.exportFileId))
        listed.set(ids.exportFileId, { ids, run });
    }
    const runs = [...listed.values()].sort((a, b) => newestFirst(a.ids.exportFileId, b.ids.exportFileId));
    return { runs, receivedAt };
  }

  return {
    async start(order, { scope, callbackUrl } = {}) {
      const ids = toOwn(order);
      const { moment } = memory;
      const { value, receivedAt } = await client.startRun(ids, callbackUrl, { scope });
      const { id: exportFileId } = value;
      const isExisting = memory.wasSeen(exportFileId, moment);
      memory.saw(exportFileId, ids.userIdentityId);
      const key = toKey({ ...ids, exportFileId });
      return { snapshot: toSnapshot(key, value, 'list', receivedAt), isExisting };
    },

    async markStart(order, { scope } = {}) {
      try {
        const { runs } = await listTemplate(toOwn(order), scope);
        return runs.find(({ run }) => hasEnded(run))?.ids.exportFileId ?? NOTHING_ENDED;
      } catch {
        // An order is not held up by what is only needed if its answer is lost.
        return null;
      }
    },

    async findStarted({ order, mark }, { scope } = {}) {
      const { runs, receivedAt } = await listTemplate(toOwn(order), scope);
      const found = runs.filter(({ ids, run }) =>
        mark === null ? !hasEnded(run) : newestFirst(ids.exportFileId, mark) < 0,
      );
      // The mark was taken just before the order was sent: the first run after it is the likeliest.
      if (mark !== null) found.reverse();
      return found.map(({ ids, run }) => toSnapshot(toKey(ids), run, 'list', receivedAt));
    },
  };
}

function hasEnded({ status }: WireRun): boolean {
  return isTerminal(readRunStatus(status).status);
}

/** Every order of an account was made by `parseOrder`. */
function toOwn(order: ExportOrder): WebAdmitOrder {
  return order as WebAdmitOrder;
}

/**
 * The run that a callback is about; nothing else of it is read, since anybody could have sent it.
 *
 * A form: `export_file[id]=99752&export_file[export_id]=123316&export_file[status]=Available`. Source: WebAdMIT API v1 docs,
 * "Export/Report Files (initiate)", parameter `callback`; read 2026-11.
 */
export function readCallback(body: string): Partial<WebAdmitIds> {
  const exportFileId = toWireId(new URLSearchParams(body).get('export_file[id]'));
  return exportFileId === null ? {} : { exportFileId };
}
