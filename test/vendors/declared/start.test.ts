import { describe, expect, it } from 'vitest';
import { StartError } from '../../../src/export/errors.ts';
import type { StartedExport } from '../../../src/export/ports.ts';
import type { StartRule, VendorDeclaration } from '../../../src/vendor-file/declaration.ts';
import { orderIds } from '../../../src/vendor-file/order-ids.ts';
import { toVendorDefinition } from '../../../src/vendors/declared/vendor.ts';
import type { FakeHandler, FakeReply } from '../../support/fake-vendor.ts';
import {
  at,
  createDeclaration,
  NOW,
  orderField,
  play,
  request,
  startRule,
  template,
  value,
} from './acting-support.ts';

const ORDER = { projectId: '7', template: 't-1' };
const GOOD: FakeReply = {
  status: 202,
  body: { data: { id: 'j-1', state: 'queued', created: '2026-05-18T09:00:00Z' } },
};

/** Starts what the order says, at a vendor whose file says this. */
async function start(
  reply: FakeReply | FakeHandler,
  rule: Partial<StartRule> = {},
  rest: Partial<VendorDeclaration> = {},
  order: Readonly<Record<string, unknown>> = ORDER,
  callbackUrl?: string,
) {
  const declaration = createDeclaration({ start: startRule(rule), ...rest });
  const parsed = toVendorDefinition(declaration).parseOrder(order, 'input.order.acmeReports');
  return play(declaration, reply, (account) => account.start?.(parsed, { callbackUrl }));
}

function started(result: unknown): StartedExport {
  if (result instanceof Error) throw result;
  return result as StartedExport;
}

describe('a start that a file describes', () => {
  it('is sent as the file says, and read into an export with the ids of the order and of the answer', async () => {
    const { result, requests } = await start(GOOD);

    const { snapshot, isExisting } = started(result);
    expect([isExisting, snapshot.key.ids, snapshot.status, snapshot.createdAt]).toEqual([
      false,
      { projectId: '7', jobId: 'j-1' },
      'QUEUED',
      NOW,
    ]);
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: '/projects/7/jobs',
        headers: {
          'x-acme-version': '2026-11',
          'x-acme-key': 'acme-key-0001',
          'content-type': 'application/json',
        },
        body: '{"template_id":"t-1"}',
      },
    ]);
  });

  it.each([
    ['an id alone', { data: { id: 'j-1' } }, 'accepted'],
    ['a word that the file does not list', { data: { id: 'j-1', state: 'odd' } }, 'odd'],
  ])('is UNKNOWN, and not at its end, where the answer is %s', async (_what, body, rawStatus) => {
    const { result } = await start({ body });

    expect(started(result).snapshot).toMatchObject({ status: 'UNKNOWN', rawStatus, files: null });
  });

  it('takes an id that is a number, and what the vendor writes before one', async () => {
    const number = await start({ body: { data: { id: 4213 } } });
    const prefixed = await start(
      { body: { gid: 'gid://acme/Job/77' } },
      { answer: { at: [at('')], ids: { jobId: { at: [at('/gid')], prefix: 'gid://acme/Job/' } } } },
    );

    expect(started(number.result).snapshot.key.ids.jobId).toBe('4213');
    expect(started(prefixed.result).snapshot.key.ids.jobId).toBe('77');
  });

  it.each<[string, FakeReply]>([
    ['no id', { body: { data: { state: 'queued' } } }],
    ['an id that leads elsewhere', { body: { data: { id: '../../x' } } }],
    ['no JSON', { body: 'Thank you' }],
    ['a good status that the file does not name', { status: 203, body: { data: { id: 'j-1' } } }],
    ['a 500', { status: 500 }],
    ['no answer', 'reset'],
  ])('may have been carried out after %s, and is sent once', async (_what, reply) => {
    const { result, requests } = await start(reply);

    expect(result).toBeInstanceOf(StartError);
    expect(result).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
    expect(requests).toHaveLength(1);
  });

  it.each([400, 402, 409, 422])('is refused with a %i, in the words of the vendor', async (status) => {
    const { result } = await start({ status, body: { error: { code: 'BAD', message: 'No such template' } } });

    expect(result).toMatchObject({
      code: 'VENDOR_REJECTED',
      httpStatus: status,
      vendorCode: 'BAD',
      vendorMessage: 'No such template',
    });
  });

  it('is refused by a 200 whose body says that it came to nothing', async () => {
    const success = { at: at('/success'), is: true };
    const { status } = createDeclaration();
    const body = { success: false, data: { id: 'j-1' }, error: { code: '1003', message: 'Bad filter' } };
    const { result } = await start({ body }, {}, { status: { ...status, success } });

    expect(result).toMatchObject({ code: 'VENDOR_REJECTED', vendorMessage: 'Bad filter' });
  });

  it.each<[string, FakeReply]>([
    ['says nothing of it', { body: { data: { id: 'j-1' } } }],
    ['is a page', { body: '<html>Hello</html>' }],
    ['is a number', { body: '42' }],
  ])('may have been carried out where a 200 that should say so %s', async (_what, reply) => {
    const { status } = createDeclaration();
    const success = { at: at('/success'), is: true };
    const whole = {
      answer: { at: [at('')] as const, ids: { jobId: { at: [at('/id')] as const, prefix: '' } } },
    };

    expect((await start(reply, {}, { status: { ...status, success } })).result).toMatchObject({
      code: 'START_OUTCOME_UNKNOWN',
    });
    expect((await start({ body: '42' }, whole)).result).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
  });

  it('is refused by a 200 that holds an error in place of an id', async () => {
    const { result } = await start({ body: { data: null, error: { message: 'One runs already' } } });

    expect(result).toMatchObject({ code: 'VENDOR_REJECTED', vendorMessage: 'One runs already' });
  });

  it('has begun nothing where a row of errors says so, whatever the HTTP status is', async () => {
    const { errors } = createDeclaration();
    const row = { status: 200, code: '603', message: null, wait: [] };
    const { result } = await start(
      { body: { error: { code: '603', message: 'Access denied' } } },
      {},
      { errors: { ...errors, forbidden: [row] } },
    );

    expect(result).toMatchObject({ name: 'VendorError', code: 'VENDOR_FORBIDDEN' });
  });

  it('is a refusal, and no reason to wait, where the file calls a 429 a conflict', async () => {
    const { errors } = createDeclaration();
    const row = { status: 429, code: null, message: 'pending', wait: [] };
    const { result } = await start(
      { status: 429, body: { error: { message: 'Limit of 1 pending job' } } },
      { once: true },
      { errors: { ...errors, conflict: [row] } },
    );

    expect(result).toMatchObject({ code: 'VENDOR_REJECTED', vendorMessage: 'Limit of 1 pending job' });
  });

  it.each([
    ['an object', { existing: { id: 'j-9', state: 'working' } }, 'RUNNING'],
    ['an id', { existing: 'j-9' }, 'UNKNOWN'],
  ])('adopts the export that the vendor names as %s', async (_what, body, status) => {
    const { result } = await start(
      { status: 409, body },
      { existing: { status: 409, at: [at('/existing')] } },
    );

    expect(started(result)).toMatchObject({
      isExisting: true,
      snapshot: { status, key: { ids: { projectId: '7', jobId: 'j-9' } } },
    });
  });

  it('is refused where the vendor says that one runs and names none', async () => {
    const { result } = await start(
      { status: 409, body: { error: { message: 'Busy' } } },
      { existing: { status: 409, at: [at('/existing')] } },
    );

    expect(result).toMatchObject({ code: 'VENDOR_REJECTED', vendorMessage: 'Busy' });
  });
});

describe('a start that its vendor knows by a key', () => {
  const order = (replies: readonly FakeReply[], orderKey?: string) => {
    const declaration = createDeclaration({
      start: startRule({ idempotency: { header: 'Idempotency-Key' } }),
    });
    const left = [...replies];
    return play(
      declaration,
      () => left.shift() ?? 'reset',
      (account) => account.start?.(ORDER, { orderKey }),
    );
  };
  const keysOf = ({ requests }: Awaited<ReturnType<typeof order>>) =>
    requests.map(({ headers }) => headers['idempotency-key']);

  it('is sent once more with the same key where its answer is lost', async () => {
    const played = await order([{ status: 502 }, GOOD], 'order-key-1');

    expect(started(played.result)).toMatchObject({ snapshot: { key: { ids: { jobId: 'j-1' } } } });
    expect(keysOf(played)).toEqual(['order-key-1', 'order-key-1']);
  });

  it('has a key of its own where none is given', async () => {
    const [one, other] = await Promise.all([order(['reset', GOOD]), order([GOOD])]);

    expect(keysOf(one)[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(keysOf(one)).size).toBe(1);
    expect(keysOf(other)).not.toEqual([keysOf(one)[0]]);
  });

  it.each<[string, FakeReply, string]>([
    ['lost again', { status: 500 }, 'START_OUTCOME_UNKNOWN'],
    ['that the key is in use', { status: 409 }, 'START_OUTCOME_UNKNOWN'],
    ['a refusal of whoever asks', { status: 403 }, 'START_OUTCOME_UNKNOWN'],
    ['a refusal of the order', { status: 400 }, 'VENDOR_REJECTED'],
  ])('is sent no third time: its second answer is %s', async (_what, reply, code) => {
    const { result, requests } = await order(['reset', reply, GOOD]);

    expect(result).toMatchObject({ code });
    expect(requests).toHaveLength(2);
  });
});

describe('a start of two calls', () => {
  const then = request('POST', '/projects/{projectId}/jobs/{jobId}/enqueue');

  it('is told as its second answer has it', async () => {
    const { result, requests } = await start(
      ({ url }: { readonly url: string }) =>
        url.endsWith('/enqueue') ? { body: { data: { id: 'j-1', state: 'working' } } } : GOOD,
      { then },
    );

    expect(started(result).snapshot).toMatchObject({ status: 'RUNNING', key: { ids: { jobId: 'j-1' } } });
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /projects/7/jobs',
      'POST /projects/7/jobs/j-1/enqueue',
    ]);
  });

  it.each<[string, FakeReply, object]>([
    ['lost', { status: 502 }, { code: 'START_OUTCOME_UNKNOWN' }],
    [
      'a refusal',
      { status: 400, body: { error: { message: 'Full' } } },
      { code: 'VENDOR_REJECTED', vendorMessage: 'Full' },
    ],
  ])('is not carried out where its second answer is %s', async (_what, reply, error) => {
    const { result, requests } = await start(
      ({ url }: { readonly url: string }) => (url.endsWith('/enqueue') ? reply : GOOD),
      {
        then,
      },
    );

    expect(result).toMatchObject(error);
    expect(requests).toHaveLength(2);
  });
});

describe('the second call of a start', () => {
  const enqueue = request('POST', '/projects/{projectId}/jobs/{jobId}/enqueue');
  const then = { ...enqueue, waiting: ['queued'], done: [row('ALREADY')] };
  const full = { status: 429, body: { error: { code: 'FULL', message: 'Full' } } };
  const begun = { body: { data: { id: 'j-1', state: 'working' } } };
  const { errors } = createDeclaration();
  const withWait = (defaultMs: number) => ({
    errors: { ...errors, throttled: [{ ...row(null), status: 429, wait: [{ defaultMs }] }] },
  });
  const answering = (enqueued: readonly FakeReply[]): FakeHandler => {
    const left = [...enqueued];
    return ({ url }) => (url.endsWith('/enqueue') ? (left.shift() ?? 'reset') : GOOD);
  };
  function row(code: string | null) {
    return { status: null, code, message: null, wait: [] };
  }

  it('is sent once more where the vendor asks to wait for as long as an order may take', async () => {
    const { result, requests } = await start(answering([full, begun]), { then }, withWait(0));

    expect(started(result).snapshot).toMatchObject({ status: 'RUNNING' });
    expect(requests.filter(({ url }) => url.endsWith('/enqueue'))).toHaveLength(2);
  });

  it.each<[string, FakeReply]>([
    ['asks to wait for longer', full],
    ['is away', { status: 503 }],
    ['takes the credential for no good one', { status: 403 }],
    ['says nothing', 'reset'],
  ])('leaves an export behind, and says which, where the vendor %s', async (_what, reply) => {
    const { result, requests } = await start(answering([reply, reply]), { then }, withWait(300_000));

    expect(result).toBeInstanceOf(StartError);
    expect(result).toMatchObject({
      code: 'START_OUTCOME_UNKNOWN',
      message: expect.stringContaining('has made the export j-1'),
    });
    expect(requests).toHaveLength(2);
  });

  it('was sent before where the vendor says so: the start is whole', async () => {
    const { result } = await start(answering([{ status: 409, body: { error: { code: 'ALREADY' } } }]), {
      then,
    });

    expect(started(result).snapshot).toMatchObject({ status: 'QUEUED', key: { ids: { jobId: 'j-1' } } });
  });

  it('is sent to an export that was found again and waits for it, and to no other', async () => {
    const declaration = createDeclaration({ start: startRule({ then }) });
    const finish = (rawStatus: string, reply: FakeReply) =>
      play(declaration, reply, async (account) => {
        const { snapshot } = started(await account.start?.(ORDER));
        return account.finishStart?.({ ...snapshot, rawStatus });
      });

    const waits = await finish('queued', begun);
    const runs = await finish('working', begun);

    expect(waits.result).toMatchObject({ status: 'RUNNING' });
    expect(waits.requests).toHaveLength(3);
    expect(runs.requests).toHaveLength(2);
  });

  it('is no business of a vendor whose words do not tell what waits', () => {
    // biome-ignore lint/suspicious/noThenProperty: a key of the file's
    const declaration = createDeclaration({ start: startRule({ then: enqueue }) });

    return play(declaration, GOOD, async (account) => expect(account.finishStart).toBeUndefined());
  });
});

describe('the body of a start', () => {
  const bodyOf = async (
    rule: Partial<StartRule>,
    order: Readonly<Record<string, unknown>>,
    rest: Partial<VendorDeclaration> = {},
    callbackUrl?: string,
  ) => {
    const { requests } = await start(GOOD, rule, rest, { projectId: '7', ...order }, callbackUrl);
    return requests[0];
  };
  const order = {
    columns: orderField('/parameters/columns', { isList: true }),
    from: orderField('/parameters/start', { type: 'Int' }),
    when: orderField('/when', { type: 'DateTime' }),
    filter: orderField('/filter', { type: 'JSON' }),
  };
  const given = { columns: ['a', 'b c'], from: 5, when: NOW, filter: { x: [1, null] } };

  it('holds what the request says, then what is constant, then the order below its place', async () => {
    const sent = await bodyOf(
      {
        request: request('POST', '/projects/{projectId}/jobs', {
          body: {
            members: {
              project: { template: template('{projectId}') },
              data: { members: { kind: { value: 'x' } } },
            },
          },
        }),
        constants: [{ at: at('/type'), value: 'bulk' }],
        under: at('/data'),
        order,
      },
      given,
    );

    expect(JSON.parse(sent?.body ?? '')).toEqual({
      project: '7',
      type: 'bulk',
      data: {
        kind: 'x',
        parameters: { columns: ['a', 'b c'], start: 5 },
        when: '2026-05-18T09:00:00.000Z',
        filter: { x: [1, null] },
      },
    });
  });

  it('is an empty object where nothing was ordered', async () => {
    expect((await bodyOf({ order }, {}))?.body).toBe('{}');
  });

  it('is a form with brackets for what is nested, or with JSON where the file names no nesting', async () => {
    const rule = {
      request: request('POST', '/projects/{projectId}/jobs', { encoding: 'form' }),
      order,
    } as const;
    const nested = await bodyOf({ ...rule, nesting: 'brackets' }, given);
    const flat = await bodyOf(
      { ...rule, order: { ...order, columns: orderField('/columns', { isList: true }) } },
      given,
    );

    expect(nested?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect([...new URLSearchParams(nested?.body)]).toEqual([
      ['parameters[columns][]', 'a'],
      ['parameters[columns][]', 'b c'],
      ['parameters[start]', '5'],
      ['when', '2026-05-18T09:00:00.000Z'],
      ['filter[x][]', '1'],
    ]);
    expect([...new URLSearchParams(flat?.body)]).toEqual([
      ['columns', 'a'],
      ['columns', 'b c'],
      ['parameters', '{"start":5}'],
      ['when', '2026-05-18T09:00:00.000Z'],
      ['filter', '{"x":[1,null]}'],
    ]);
  });

  it('says where the vendor may call back, in the body or in the query', async () => {
    const url = 'https://gateway.example/callbacks/token';
    const callback = { body: 'json', id: [at('/id')] } as const;
    const inBody = await bodyOf(
      { under: at('/data') },
      { template: 't' },
      { callback: { ...callback, address: { at: at('/callback_url') } } },
      url,
    );
    const inQuery = await bodyOf(
      {},
      { template: 't' },
      { callback: { ...callback, address: { query: 'notify' } } },
      url,
    );

    expect(JSON.parse(inBody?.body ?? '')).toEqual({ data: { template_id: 't', callback_url: url } });
    expect(inQuery?.url).toBe(`/projects/7/jobs?notify=${encodeURIComponent(url)}`);
  });
});

describe('an order that a file describes', () => {
  const order = {
    text: orderField('/text'),
    word: orderField('/word', { pattern: 'csv|json' }),
    id: orderField('/id', { type: 'ID' }),
    count: orderField('/count', { type: 'Int' }),
    share: orderField('/share', { type: 'Float' }),
    isFull: orderField('/full', { type: 'Boolean' }),
    at: orderField('/at', { type: 'DateTime' }),
    link: orderField('/link', { type: 'URL' }),
    filter: orderField('/filter', { type: 'JSON' }),
    names: orderField('/names', { isList: true, pattern: '[a-z]{1,3}' }),
    script: orderField('/script', { isMultiline: true }),
  };
  const { parseOrder } = toVendorDefinition(createDeclaration({ start: startRule({ order }) }));
  const parse = (fields: object) => parseOrder({ projectId: '7', ...fields }, 'input.order.acmeReports');

  it('is plain JSON without what was not given', () => {
    const fields = {
      ...{
        text: 'a',
        word: 'csv',
        id: '1',
        count: 0,
        share: 0.5,
        isFull: false,
        link: 'https://a.example/x',
      },
      ...{ filter: { a: 1 }, names: ['a', 'bcd'], script: 'a {\r\n\tb\n}' },
    };

    expect(parse({ ...fields, at: NOW, unknown: 1 })).toEqual({
      projectId: '7',
      ...fields,
      at: '2026-05-18T09:00:00.000Z',
    });
    expect(parse({ text: null, word: undefined })).toEqual({ projectId: '7' });
  });

  it.each<[keyof typeof order, unknown, string]>([
    ['text', 'a\r\nb', 'without control characters'],
    ['text', '\ud800', 'a text of 1 to'],
    ['text', '', 'a text of 1 to'],
    ['text', 7, 'a text of 1 to'],
    ['word', 'csv2', 'csv|json'],
    ['id', 'a'.repeat(513), '512 characters'],
    ['count', 1.5, 'a whole number'],
    ['count', 2 ** 31, 'a whole number'],
    ['share', Number.NaN, 'a number'],
    ['isFull', 'true', 'true or false'],
    ['at', 'yesterday', 'an instant'],
    ['link', 'javascript:alert(1)', 'an absolute http(s) address'],
    ['filter', [], 'a JSON object'],
    ['filter', { a: new Map() }, 'a JSON object'],
    ['filter', { a: 'x'.repeat(70_000) }, '64 kB'],
    ['names', 'abc', 'a list'],
    ['names', ['abcd'], '[a-z]{1,3}'],
    ['names', [null], '[a-z]{1,3}'],
    ['names', Array(1_001).fill('a'), 'at most 1000'],
    ['script', 'a\0b', 'without control characters but line ends and tabs'],
    ['script', 'é'.repeat(32_768), 'a text of 1 to 65535 bytes'],
    ['script', '', 'a text of 1 to 65535 bytes'],
  ])('is refused where %s is %j', (field, value, allowed) => {
    expect(() => parse({ [field]: value })).toThrow(
      expect.objectContaining({
        code: 'BAD_USER_INPUT',
        field: `input.order.acmeReports.${field}`,
        message: expect.stringContaining(allowed),
      }),
    );
  });

  it('is refused without what has to be there: the ids of the start’s path, and required fields', () => {
    const needy = toVendorDefinition(createDeclaration({ start: startRule() }));

    expect(() => needy.parseOrder({ template: 't' }, 'o')).toThrow(
      expect.objectContaining({ field: 'o.projectId' }),
    );
    expect(() => needy.parseOrder({ projectId: '7' }, 'o')).toThrow(
      expect.objectContaining({ field: 'o.template' }),
    );
    expect(() => needy.parseOrder({ projectId: 'x', template: 't' }, 'o')).toThrow(
      expect.objectContaining({ field: 'o.projectId' }),
    );
  });
});

describe('the ids of the locator that an order says', () => {
  const { locator } = createDeclaration();
  const id = { pattern: '[a-z]+', isOptional: true, description: null, example: 'a' };
  const idsOf = (path: string, rest: Partial<StartRule> = {}) =>
    orderIds(
      createDeclaration({
        locator: { region: id, team: id, ...locator },
        start: startRule({
          request: request('POST', path, { body: { template: template('{team}') } }),
          ...rest,
        }),
      }),
    );

  it('are those that the start has places for, and those without which nothing could be named', () => {
    expect(idsOf('/jobs')).toEqual([
      { name: 'team', isOptional: true },
      { name: 'projectId', isOptional: false },
    ]);
    expect(idsOf('/{region}/jobs')).toContainEqual({ name: 'region', isOptional: false });
  });

  it('are not those that the answer tells, or a field of the order', () => {
    const source = { at: [at('/id')], prefix: '' } as const;
    const told = idsOf('/jobs', {
      answer: { at: [at('')], ids: { jobId: source, projectId: source, team: source } },
    });

    expect(told).toEqual([]);
    expect(
      idsOf('/jobs', { order: { projectId: orderField('/project'), team: orderField('/team') } }),
    ).toEqual([]);
  });
});

describe('exports of one kind', () => {
  const { status } = createDeclaration();
  const detail = { ...value('/x'), type: 'String', isList: false, description: null } as const;
  const kindOf = (
    details: object,
    order = { template: orderField('/t'), rows: orderField('/r', { type: 'Int' }) },
  ) => {
    const definition = toVendorDefinition(
      createDeclaration({
        start: startRule({ order }),
        status: { ...status, details: { template: detail, rows: { ...detail, type: 'Int' }, other: detail } },
      }),
    );
    return definition.kindOf({ key: { ids: { projectId: '7', jobId: 'j-1' } }, details } as never);
  };

  it('belong to the same, and were ordered with the same words', () => {
    expect(kindOf({ template: 't', rows: 1, other: 'a' })).toBe(
      kindOf({ template: 't', rows: 2, other: 'b' }),
    );
    expect(kindOf({ template: 't' })).not.toBe(kindOf({ template: 'u' }));
    expect(kindOf({})).toBe('["7",null]');
  });
});

describe('an export whose start’s answer was lost', () => {
  const list = {
    request: request('GET', '/projects/{projectId}/jobs'),
    items: [at('/data')] as const,
    next: null,
    holds: 'newest' as const,
    asBatch: true,
  };
  const job = (id: string, created: string | null, template = 't-1') => ({
    id,
    state: 'queued',
    created,
    template,
  });
  const { status } = createDeclaration();
  const details = {
    template: { ...value('/template'), type: 'String', isList: false, description: null },
  } as const;
  const find = (jobs: readonly object[], rest: Partial<VendorDeclaration> = {}, mark: string | null = null) =>
    play(
      createDeclaration({ start: startRule(), list, status: { ...status, details }, ...rest }),
      { body: { data: jobs } },
      async (account) => {
        const found = await account.findStarted?.({ order: ORDER, sentAt: NOW, mark });
        return found?.map(({ key }) => key.ids.jobId);
      },
    );

  it('is looked for in the list of its project, by when it was made and what was ordered', async () => {
    const { result, requests } = await find([
      job('later', '2026-05-18T09:00:40Z'),
      job('other', '2026-05-18T09:00:01Z', 't-2'),
      job('it', '2026-05-18T09:00:02Z'),
      job('before', '2026-05-18T08:50:00Z'),
      job('untimed', null),
    ]);

    expect(result).toEqual(['it', 'later']);
    expect(requests.map(({ url }) => url)).toEqual(['/projects/7/jobs']);
  });

  it('was not begun where the list reaches back to before the order without it', async () => {
    expect((await find([job('before', '2026-05-18T08:50:00Z')])).result).toEqual([]);
    expect((await find([])).result).toEqual([]);
  });

  it('may be further back than a list of the newest goes; a list of all tells', async () => {
    const later = [job('later', '2026-05-18T11:00:00Z')];

    expect((await find(later)).result).toMatchObject({ code: 'START_OUTCOME_UNKNOWN' });
    expect((await find(later, { list: { ...list, holds: 'all' } })).result).toEqual([]);
  });

  it('is told by what was there before, where the list gives no times', async () => {
    const untimed = { status: { ...status, details, fields: {} } };
    const declaration = createDeclaration({ start: startRule(), list, ...untimed });
    const marked = await play(declaration, { body: { data: [job('old', null)] } }, (account) =>
      account.markStart?.(ORDER),
    );
    const mark = marked.result as string;

    expect((await find([job('new', null), job('old', null)], untimed, mark)).result).toEqual(['new']);
    expect((await find([job('old', null)], untimed, mark)).result).toEqual([]);
    expect((await find([job('new', null, 't-2')], untimed, mark)).result).toMatchObject({
      code: 'START_OUTCOME_UNKNOWN',
    });
  });

  it('cannot be held up by a list that cannot be read: then nothing is noted', async () => {
    const declaration = createDeclaration({ start: startRule(), list, status: { ...status, fields: {} } });
    const { result } = await play(declaration, { status: 403 }, (account) => account.markStart?.(ORDER));

    expect(result).toBeNull();
  });
});
