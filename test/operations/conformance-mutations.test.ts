import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toLocator } from '../graphql/support.ts';
import { readSum } from '../operating/support.ts';
import {
  EXECUTORS,
  type Executor,
  endings,
  normalise,
  type Question,
  type Told,
  TRANSPORTS,
} from './conformance-support.ts';
import { type MutationGateway, REFUSAL, startMutationGateway } from './mutation-gateway.ts';

/** Which gateway is asked: a usual one, one whose tenant may track no export more, one whose store is away. */
const KINDS = ['usual', 'full', 'without a store'] as const;
type Kind = (typeof KINDS)[number];

const CONFIGS: Readonly<Record<Kind, Readonly<Record<string, object>>>> = {
  usual: {
    webhooks: [
      {
        key: 'ops',
        url: 'http://127.0.0.1:9/hooks',
        secret: `whsec_${Buffer.alloc(32, 3).toString('base64')}`,
        events: ['export.stalled'],
        allowPrivate: true,
      },
    ],
  },
  full: { tracking: { maxOpen: 1 } },
  'without a store': {
    store: { kind: 'postgres', url: 'postgres://nobody:nothing-at-all@127.0.0.1:9/none' },
  },
};

/** What one mutation has to be answered, wherever it is asked and however it is run; asked as often as one likes, it is answered alike. */
interface Case extends Question {
  readonly what: string;
  readonly kind?: Kind;
  /** Fits `{ data, errors }`. */
  readonly told: object;
  /** With `application/json` and streams, then with `application/graphql-response+json`. Default 200 in both. */
  readonly statuses?: readonly [number, number];
}

const START = /* GraphQL */ `
  mutation ($input: StartExportInput!) {
    startExport(input: $input) { isExisting export { status tracking { label startedHere trackedBy } } }
  }
`;
const TRACK = /* GraphQL */ `
  mutation ($locator: ExportLocator!, $label: String) {
    trackExport(locator: $locator, label: $label) { export { status } tracking { label startedHere } }
  }
`;
const UNTRACK = 'mutation ($locator: ExportLocator!) { untrackExport(locator: $locator) { wasTracked } }';
const CANCEL =
  'mutation ($locator: ExportLocator!) { cancelExport(locator: $locator) { export { status rawStatus } } }';

const order = (reportType: string, more: object = {}) => ({
  input: { order: { hiEnergy: { reportType } }, ...more },
});
const error = (code: string, retryable: boolean, more: object = {}) =>
  expect.objectContaining({
    message: expect.any(String),
    path: [expect.any(String)],
    extensions: { code, retryable, requestId: expect.any(String), ...more },
  });
const HI = { vendor: 'hi-energy', account: 'hi' };
const USED = 'a key that was used before';

const CASES: readonly Case[] = [
  // ---------------------------------------------------------------- success
  {
    what: 'a start',
    query: START,
    variables: order('deals_excel', { label: 'For Monday' }),
    told: {
      data: {
        startExport: {
          isExisting: false,
          export: {
            status: 'QUEUED',
            tracking: { label: 'For Monday', startedHere: true, trackedBy: 'anonymous' },
          },
        },
      },
    },
  },
  {
    what: 'a start under a key that was used for it before',
    query: START,
    variables: order('deals_csv', { idempotencyKey: USED }),
    told: { data: { startExport: { isExisting: true, export: { status: 'QUEUED' } } } },
  },
  {
    what: 'a start that the vendor answers with the running one',
    query: START,
    variables: order('running_excel'),
    told: { data: { startExport: { isExisting: true, export: { tracking: { startedHere: false } } } } },
  },
  {
    what: 'a cancellation',
    query: CANCEL,
    variables: { locator: toLocator('talkdesk', 7) },
    told: { data: { cancelExport: { export: { status: 'CANCELING', rawStatus: 'processing' } } } },
  },
  {
    what: 'tracking',
    query: TRACK,
    variables: { locator: toLocator('hi-energy', 5), label: 'Five' },
    told: {
      data: {
        trackExport: { export: { status: 'QUEUED' }, tracking: { label: 'Five', startedHere: false } },
      },
    },
  },
  {
    what: 'untracking what is not tracked',
    query: UNTRACK,
    variables: { locator: toLocator('hi-energy', 6) },
    told: { data: { untrackExport: { wasTracked: false } } },
  },
  {
    what: 'a test webhook to nobody',
    query: 'mutation { sendTestWebhook(endpoint: "ops") { isDelivered result } }',
    told: { data: { sendTestWebhook: { isDelivered: false, result: 'connection' } } },
  },
  {
    what: 'several mutations, one after the other',
    query: /* GraphQL */ `
      mutation ($locator: ExportLocator!) {
        a: trackExport(locator: $locator, label: "One") { tracking { label } }
        b: trackExport(locator: $locator, label: "Two") { tracking { label } }
        ...Rest
        e: untrackExport(locator: $locator) { wasTracked }
      }
      fragment Rest on Mutation {
        c: trackExport(locator: $locator) { export { tracking { label } } }
        ... @include(if: true) { d: untrackExport(locator: $locator) { wasTracked } }
      }
    `,
    variables: { locator: toLocator('hi-energy', 8) },
    told: {
      data: {
        a: { tracking: { label: 'One' } },
        b: { tracking: { label: 'Two' } },
        c: { export: { tracking: { label: 'Two' } } },
        d: { wasTracked: true },
        e: { wasTracked: false },
      },
    },
  },
  // ---------------------------------------------------------------- what goes wrong
  {
    what: 'a start whose answer is lost',
    query: START,
    variables: order('lost_csv'),
    told: { data: null, errors: [error('START_OUTCOME_UNKNOWN', false, { ...HI, httpStatus: 201 })] },
  },
  {
    what: 'a start under a key whose answer is lost',
    query: START,
    variables: order('lost_csv', { idempotencyKey: 'a key of a lost answer' }),
    told: { data: null, errors: [error('START_OUTCOME_UNKNOWN', true, { ...HI, httpStatus: 201 })] },
  },
  {
    what: 'an order that the vendor refuses',
    query: START,
    variables: order('refused_csv', { idempotencyKey: 'a key of a refused order' }),
    told: {
      data: null,
      errors: [
        error('VENDOR_REJECTED', false, {
          ...HI,
          httpStatus: 422,
          vendorCode: 'invalid_params',
          vendorMessage: REFUSAL,
        }),
      ],
    },
  },
  {
    what: 'another order under a key that was used',
    query: START,
    variables: order('deals_excel', { idempotencyKey: USED }),
    told: { data: null, errors: [error('IDEMPOTENCY_KEY_REUSED', false)] },
  },
  {
    what: 'a vendor that stops nothing',
    query: CANCEL,
    variables: { locator: toLocator('hi-energy', 1) },
    told: { data: null, errors: [error('UNSUPPORTED_BY_VENDOR', false, HI)] },
  },
  {
    what: 'an export that is unknown',
    query: CANCEL,
    variables: { locator: toLocator('talkdesk', 1, { account: 'nobody' }) },
    told: {
      data: null,
      errors: [error('EXPORT_NOT_FOUND', false, { vendor: 'talkdesk', account: 'nobody' })],
    },
  },
  {
    what: 'an order to an account that nobody has',
    query: START,
    variables: { input: { order: { hiEnergy: { account: 'nobody', reportType: 'deals_excel' } } } },
    told: {
      data: null,
      errors: [error('EXPORT_NOT_FOUND', false, { vendor: 'hi-energy', account: 'nobody' })],
    },
  },
  {
    what: 'an order that cannot be one',
    query: START,
    variables: order('../exports'),
    told: {
      data: null,
      errors: [error('BAD_USER_INPUT', false, { field: 'input.order.hiEnergy.reportType' })],
    },
  },
  {
    what: 'a key that is too long',
    query: START,
    variables: order('deals_excel', { idempotencyKey: 'k'.repeat(201) }),
    told: { data: null, errors: [error('BAD_USER_INPUT', false, { field: 'input.idempotencyKey' })] },
  },
  {
    what: 'a delivery that is none',
    query: 'mutation { retryWebhookDelivery(id: "msg_none") { id } }',
    told: { data: null, errors: [error('BAD_USER_INPUT', false, { field: 'id' })] },
  },
  {
    what: 'an endpoint that is none',
    query: 'mutation { sendTestWebhook(endpoint: "none") { result } }',
    told: { data: null, errors: [error('BAD_USER_INPUT', false, { field: 'endpoint' })] },
  },
  {
    what: 'mutations after one that fails',
    query: `mutation ($locator: ExportLocator!) {
      a: untrackExport(locator: $locator) { wasTracked }
      b: retryWebhookDelivery(id: "msg_none") { id }
      c: trackExport(locator: $locator) { tracking { label } }
    }`,
    variables: { locator: toLocator('hi-energy', 9) },
    told: { data: null, errors: [error('BAD_USER_INPUT', false, { field: 'id' })] },
  },
  {
    what: 'an order of two vendors',
    query: START,
    variables: {
      input: {
        order: { hiEnergy: { reportType: 'deals_excel' }, webAdmit: { userIdentityId: '1', exportId: '1' } },
      },
    },
    told: {
      errors: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }) })],
    },
    statuses: [200, 400],
  },
  {
    what: 'a field that no mutation has',
    query: 'mutation { stopEverything }',
    told: {
      errors: [
        expect.objectContaining({
          extensions: expect.objectContaining({ code: 'GRAPHQL_VALIDATION_FAILED' }),
        }),
      ],
    },
    statuses: [200, 400],
  },
  // ---------------------------------------------------------------- too many, and nowhere to write
  {
    what: 'a start where too many are tracked',
    kind: 'full',
    query: START,
    variables: order('deals_excel'),
    told: { data: null, errors: [error('TRACKING_LIMIT', false)] },
  },
  {
    what: 'tracking where too many are tracked',
    kind: 'full',
    query: TRACK,
    variables: { locator: toLocator('hi-energy', 5) },
    told: { data: null, errors: [error('TRACKING_LIMIT', false)] },
  },
  ...(
    [
      ['a start', START, order('deals_excel')],
      ['a start under a key', START, order('deals_excel', { idempotencyKey: 'a key of nowhere' })],
      ['tracking', TRACK, { locator: toLocator('hi-energy', 5) }],
      ['untracking', UNTRACK, { locator: toLocator('hi-energy', 5) }],
      ['a webhook to be sent again', 'mutation { retryWebhookDelivery(id: "msg_none") { id } }', {}],
    ] as const
  ).map(
    ([what, query, variables]): Case => ({
      what: `${what} while the store is away`,
      kind: 'without a store',
      query,
      variables,
      told: { data: null, errors: [error('STORE_UNAVAILABLE', true)] },
    }),
  ),
];

const gateways = new Map<string, MutationGateway>();
const references = new Map<string, Promise<Told>>();
const gatewayOf = (executor: Executor, { kind = 'usual' }: Pick<Case, 'kind'>): MutationGateway =>
  gateways.get(`${executor} ${kind}`) as MutationGateway;

beforeAll(async () => {
  for (const executor of EXECUTORS)
    for (const kind of KINDS)
      gateways.set(`${executor} ${kind}`, await startMutationGateway(executor, CONFIGS[kind]));
  for (const executor of EXECUTORS) {
    await gatewayOf(executor, {}).query(START, order('deals_csv', { idempotencyKey: USED }));
    await gatewayOf(executor, { kind: 'full' }).query(TRACK, { locator: toLocator('hi-energy', 4) });
  }
});
afterAll(async () => {
  for (const gateway of gateways.values()) await gateway[Symbol.asyncDispose]();
});

function toQuestion({
  what: _what,
  kind: _kind,
  told: _told,
  statuses: _statuses,
  ...question
}: Case): Question {
  return question;
}

/** Calls that change something at a vendor; polls go on by themselves. */
function countChanges({ fakes }: MutationGateway): number {
  const requests = Object.values(fakes).flatMap((fake) => fake.requests);
  return requests.filter(({ method }) => method !== 'GET').length;
}

/** The answer to compare with: interpreted, as plain JSON. Asked once. */
function referenceOf(test: Case): Promise<Told> {
  const [plain] = TRANSPORTS;
  const known =
    references.get(test.what) ??
    (plain as (typeof TRANSPORTS)[number]).ask(gatewayOf('interpreted', test).url, toQuestion(test));
  references.set(test.what, known);
  return known;
}

describe.each(EXECUTORS)('a mutation that is %s', (executor) => {
  describe.each(TRANSPORTS.filter(({ name }) => name !== 'GET'))('over $name', (transport) => {
    it.each(CASES)('answers $what', async (test) => {
      const reference = await referenceOf(test);
      const gateway = gatewayOf(executor, test);
      const before = endings(gateway).length;

      const answer = await transport.ask(gateway.url, toQuestion(test));

      const read = JSON.parse(answer.text) as { readonly errors?: readonly object[] };
      expect(read).toMatchObject(test.told);
      expect(normalise(answer.text)).toBe(normalise(reference.text));
      const [plain, graphql] = test.statuses ?? [200, 200];
      if (answer.status !== null)
        expect(answer.status).toBe(transport.name.includes('graphql-response') ? graphql : plain);
      await expect.poll(() => endings(gateway).length).toBe(before + 1);
      expect(endings(gateway).at(-1)).toMatchObject({
        transport: transport.label,
        outcome: read.errors ? 'errors' : 'ok',
      });
      expect(answer.text).not.toMatch(/nothing-at-all|hi\.example|127\.0\.0\.1|node_modules|\.ts\b/);
    });
  });

  describe('by GET', () => {
    const get = TRANSPORTS.find(({ name }) => name === 'GET') as (typeof TRANSPORTS)[number];

    it.each(CASES)('is refused, and nothing is done: $what', async (test) => {
      const gateway = gatewayOf(executor, test);
      const changes = countChanges(gateway);

      const { status, text } = await get.ask(gateway.url, toQuestion(test));

      expect(status).toBe(405);
      expect(JSON.parse(text)).toMatchObject({
        errors: [{ extensions: { code: 'BAD_REQUEST', retryable: false } }],
      });
      expect(countChanges(gateway)).toBe(changes);
    });
  });

  it('is counted once, whatever it came over', async () => {
    for (const kind of KINDS) {
      const gateway = gatewayOf(executor, { kind });

      expect(await readSum(gateway.url, 'waybill_operations_total')).toBe(endings(gateway).length);
    }
  });
});
