import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts';
import { createRecordingLog, createTestTools } from '../support/tools.ts';
import { ACME } from './acme.ts';

const KEY = 'acme-test-key-2718281828';

const ASK = `query ($id: ID!) {
  export(locator: { acmeReports: { projectId: "7", jobId: $id } }) {
    __typename id status rawStatus outcome name vendor { key name }
    progress { percent }
    ... on AcmeReportsExport { projectId jobId rowCount }
  }
}`;

/** A gateway with a vendor of the user's own, from files as an operator would write them. */
describe('a vendor file', () => {
  let folder: string;
  let vendor: FakeVendor;
  let gateway: Gateway | undefined;
  let lines: readonly { readonly message: string }[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waybill-vendor-'));
    vendor = await startFakeVendor(({ url }) => ({
      body: {
        data: {
          id: url.split('/').pop()?.split('?')[0],
          state: 'working',
          title: 'March',
          progress: 0.4,
          row_count: 12,
        },
      },
    }));
  });
  afterEach(async () => {
    await gateway?.drain();
    gateway = undefined;
    await vendor[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const write = (text: string) => writeFile(join(folder, 'acme.vendor.yaml'), text);

  async function read(accounts: readonly object[] = [account()]) {
    const file = join(folder, 'waybill.yaml');
    await writeFile(
      file,
      JSON.stringify({
        server: { host: '127.0.0.1', port: 0 },
        vendorFiles: ['./acme.vendor.yaml'],
        accounts,
      }),
    );
    return loadConfig({ file, env: {} });
  }

  const account = () => ({
    key: 'acme',
    vendor: 'acme-reports',
    baseUrl: vendor.url,
    credential: { type: 'api-key', apiKey: KEY },
  });

  async function start(): Promise<Gateway> {
    const loaded = await read();
    if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
    const log = createRecordingLog('info');
    lines = log.lines;
    const tools = createTestTools({ clock: systemClock, log });
    gateway = await startGateway({ config: loaded.config, tools });
    return gateway;
  }

  async function ask(url: string, query: string, variables: object = {}) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as { readonly data: Record<string, unknown>; readonly errors?: unknown };
  }

  it('makes a vendor like any other: its type, its locator, its ids and fields, with its key sent as it says', async () => {
    await write(ACME);
    const { url } = await start();

    const { data, errors } = await ask(url, ASK, { id: 'job-1' });

    expect(errors).toBeUndefined();
    expect(data.export).toMatchObject({
      __typename: 'AcmeReportsExport',
      status: 'RUNNING',
      rawStatus: 'working',
      name: 'March',
      vendor: { key: 'acme-reports', name: 'Acme Reports' },
      progress: { percent: 40 },
      projectId: '7',
      jobId: 'job-1',
      rowCount: 12,
    });
    expect(vendor.requests[0]).toMatchObject({ url: '/v2/projects/7/jobs/job-1?expand=files' });
    expect(vendor.requests[0]?.headers['x-acme-key']).toBe(KEY);
  });

  it('is found again by its global id', async () => {
    await write(ACME);
    const { url } = await start();
    const { data } = await ask(url, ASK, { id: 'job-1' });
    const { id } = data.export as { readonly id: string };

    const again = await ask(url, 'query ($id: ID!) { node(id: $id) { id ... on Export { status } } }', {
      id,
    });

    expect(again).toEqual({ data: { node: { id, status: 'RUNNING' } } });
  });

  it('stands in the schema, described by the file', async () => {
    await write(ACME);
    const { url } = await start();

    const { data } = await ask(
      url,
      `{
        type: __type(name: "AcmeReportsExport") { description interfaces { name } fields { name description type { name } } }
        locator: __type(name: "ExportLocator") { isOneOf inputFields { name type { name } } }
        order: __type(name: "AcmeReportsExportOrder") { inputFields { name type { kind name ofType { name } } } }
      }`,
    );

    const type = data.type as { readonly description: string; readonly fields: readonly object[] };
    expect(type.description).toContain('| `ready_partial` | SUCCEEDED | PARTIAL |');
    expect(type.fields).toContainEqual({
      name: 'rowCount',
      description: 'Rows in the file.',
      type: { name: 'Int' },
    });
    expect(data.locator).toMatchObject({
      isOneOf: true,
      inputFields: expect.arrayContaining([{ name: 'acmeReports', type: { name: 'AcmeReportsLocator' } }]),
    });
    expect(data.order).toEqual({
      inputFields: [
        { name: 'account', type: { kind: 'SCALAR', name: 'ID', ofType: null } },
        { name: 'projectId', type: { kind: 'SCALAR', name: 'ID', ofType: null } },
        { name: 'template', type: { kind: 'NON_NULL', name: null, ofType: { name: 'ID' } } },
        { name: 'filters', type: { kind: 'SCALAR', name: 'JSON', ofType: null } },
      ],
    });
  });

  it('is taken over by a reload where it has changed, for what is asked from then on', async () => {
    await write(ACME);
    const running = await start();
    await write(ACME.replace('working: RUNNING', 'working: QUEUED'));

    const loaded = await read();
    if ('config' in loaded) running.reload(loaded.config);

    const { data } = await ask(running.url, ASK, { id: 'job-2' });
    expect(data.export).toMatchObject({ status: 'QUEUED' });
    expect(lines.map(({ message }) => message)).toContain('The configuration was reloaded.');
  });

  it.each([
    ['its locator', 'jobId: { pattern: "[A-Za-z0-9_-]{1,64}" }', 'jobId: { pattern: "[a-z]{1,64}" }'],
    ['the type of a field', 'rowCount: { type: Int', 'rowCount: { type: Float'],
  ])('refuses a reload that changes %s with one line, and stays as it is', async (_what, before, after) => {
    await write(ACME);
    const running = await start();
    await write(ACME.replace(before, after).replace('working: RUNNING', 'working: QUEUED'));

    const loaded = await read();
    if ('config' in loaded) running.reload(loaded.config);

    const { data } = await ask(running.url, ASK, { id: 'job-2' });
    expect(data.export).toMatchObject({ status: 'RUNNING' });
    expect(lines.filter(({ message }) => message.includes('restart to apply'))).toHaveLength(1);
  });

  it('says what is wrong in it with its line, and no account of it is called unknown', async () => {
    await write(ACME.replace('working: RUNNING', 'working: RUNING'));

    const loaded = await read();

    const line = ACME.split('\n').findIndex((each) => each.includes('working: RUNNING')) + 1;
    expect('problems' in loaded && loaded.problems).toHaveLength(1);
    expect('problems' in loaded && loaded.problems[0]).toMatch(
      new RegExp(`acme\\.vendor\\.yaml:${line}(:\\d+)?: .*"RUNING".*allowed: `),
    );
  });

  it('that is not there, or has names that another one has, is told at its key', async () => {
    await write(ACME.replace('id: acme-reports', 'id: hi-energy'));
    const taken = await read([]);
    await rm(join(folder, 'acme.vendor.yaml'));
    const gone = await read([]);

    expect('problems' in taken && taken.problems.join('\n')).toMatch(/hi-energy/);
    expect('problems' in gone && gone.problems).toEqual([
      expect.stringMatching(
        /vendorFiles\[0\]: found "\.\/acme\.vendor\.yaml", no such file, allowed: a readable vendor file in UTF-8$/,
      ),
    ]);
  });

  it('asks accounts for its settings, and makes addresses of them', async () => {
    await write(ACME);

    const { baseUrl: _, ...without } = account();
    const good = await read([{ ...without, settings: { region: 'us' } }]);
    const usual = await read([without]);
    const wrong = await read([{ ...without, settings: { region: 'evil.example/' } }]);

    expect('config' in good && good.config.accounts[0]?.baseUrl).toBe('https://api.us.acme.example');
    expect('config' in usual && usual.config.accounts[0]?.baseUrl).toBe('https://api.eu.acme.example');
    expect('problems' in wrong && wrong.problems).toEqual([
      expect.stringMatching(/accounts\[0\]\.settings\.region: found "evil\.example\/", allowed: /),
    ]);
  });
});
