import {
  EVERYTHING_RUNS,
  type FakedGateway,
  type FakedGatewayOptions,
  lastSegment,
  startFakedGateway,
} from '../graphql/support.ts';
import type { FakeReply, ReceivedRequest } from '../support/fake-vendor.ts';
import type { Executor } from './conformance-support.ts';

/** What Hi Energy makes of an order, by its report type; other types are started as export 4002. */
const ORDERS: Readonly<Record<string, FakeReply>> = {
  running_excel: {
    body: { deduped: true, export: { id: 4_003, report_type: 'running_excel', status: 'pending' } },
  },
  lost_csv: { status: 201, body: {} },
  refused_csv: {
    status: 422,
    body: {
      error: { code: 'invalid_params', message: '<b>from</b> is too long ago: see https://hi.example/help' },
    },
  },
};

/** What the vendor says of the order once, however it reads. */
export const REFUSAL = 'from is too long ago: see [link]';

export interface MutationGateway extends FakedGateway {
  /** Orders that arrived at Hi Energy: their report types, in the order in which they came. */
  orders(): readonly string[];
  /** Orders are answered when this has resolved. */
  hold: Promise<unknown>;
}

/** Hi Energy starts, Talkdesk stops, and nothing that runs ever ends. */
export async function startMutationGateway(
  executor: Executor,
  config: FakedGatewayOptions['config'] = {},
): Promise<MutationGateway> {
  const orders: string[] = [];
  const holder: { hold: Promise<unknown> } = { hold: Promise.resolve() };
  const gateway = await startFakedGateway({
    executor,
    config: { files: { linkSecret: 'the same at every gateway of a test, always' }, ...config },
    vendors: {
      async 'hi-energy'(request) {
        if (request.method !== 'POST') return readHiEnergy(request);
        const { report_type: type } = JSON.parse(request.body) as { report_type: string };
        orders.push(type);
        await holder.hold;
        return (
          ORDERS[type] ?? {
            status: 201,
            body: { export: { id: 4_002, report_type: type, status: 'pending' } },
          }
        );
      },
      talkdesk: (request) =>
        request.method === 'DELETE' ? { status: 204 } : EVERYTHING_RUNS.talkdesk(request),
    },
  });
  return Object.assign(holder, gateway, { orders: () => orders });
}

function readHiEnergy({ url }: ReceivedRequest): FakeReply {
  if (url.includes('?')) return { body: { exports: [] } };
  const id = lastSegment(url);
  if (id === '4404') return { status: 404, body: { error: { code: 'not_found', message: 'gone' } } };
  const status = id === '4001' ? 'completed' : 'pending';
  return { body: { export: { id: Number(id), report_type: 'deals_excel', status } } };
}
