import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { toExportKey } from '../../../src/export/locator.ts';
import type { FileAccess, VendorAccount } from '../../../src/export/ports.ts';
import type { FileRule, VendorDeclaration } from '../../../src/vendor-file/declaration.ts';
import { checkContent, refuseFailure } from '../../../src/vendors/declared/files-content.ts';
import { toVendorDefinition } from '../../../src/vendors/declared/vendor.ts';
import { type FakeHandler, type FakeReply, startFakeVendor } from '../../support/fake-vendor.ts';
import { at, createDeclaration, fileRule, NOW, play, request, template, value } from './acting-support.ts';

const { locator } = toVendorDefinition(createDeclaration());
const KEY = toExportKey(locator, 'acme-reports' as never, 'acme', { projectId: '7', jobId: 'j-1' });
const LINK = 'https://files.example/exports/7/report%20one.csv?sig=%2Fa';

/** The answer about a job that is ready, with more of what it may hold. */
function ready(more: object = {}): FakeReply {
  return { body: { data: { id: 'j-1', state: 'ready', ...more } } };
}

async function read(
  reply: FakeReply | FakeHandler,
  files: readonly FileRule[],
  rest: Partial<VendorDeclaration> = {},
) {
  const { result } = await play(createDeclaration({ files, ...rest }), reply, async (account) => {
    const [reading] = await account.readMany([KEY]);
    if (reading === undefined || reading instanceof Error) throw reading;
    return reading.files;
  });
  return result;
}

function locate(
  reply: FakeReply | FakeHandler,
  files: readonly FileRule[],
  { index = 0, ...rest }: Partial<VendorDeclaration> & { readonly index?: number } = {},
) {
  return play(createDeclaration({ files, ...rest }), reply, (account) => account.locateFile(KEY, index));
}

/** Opens a file, and reads it to its end. */
async function open(account: VendorAccount, headers: Readonly<Record<string, string>>) {
  const access = (await account.locateFile(KEY, 0)) as Extract<FileAccess, { type: 'stream' }>;
  const { status, body } = await access.open({ method: 'GET', headers });
  return { status, body: await text(body), file: access.file };
}

describe('the files of an export', () => {
  it('are none before its end, and none where the answer holds no link', async () => {
    expect(
      await read({ body: { data: { id: 'j-1', state: 'working', url: LINK } } }, [fileRule()]),
    ).toBeNull();
    expect(await read(ready({ url: '' }), [fileRule()])).toEqual([]);
    expect(await read(ready({ url: null }), [fileRule()])).toEqual([]);
  });

  it('have the name and type that the file says, or else the link’s', async () => {
    const link = `${LINK}&response-content-disposition=attachment%3B%20filename%3D%22Q1.xlsx%22&response-content-type=application%2Fx-q`;
    const files = await Promise.all([
      read(ready({ url: LINK }), [fileRule()]),
      read(ready({ url: link }), [fileRule()]),
      read(ready({ url: LINK, as: 'Own ../name', type: 'csv' }), [
        fileRule({ name: value('/as'), mediaType: value('/type') }),
      ]),
      read(ready({ url: LINK }), [
        fileRule({
          name: { template: template('leads-{jobId}.tsv') },
          mediaType: { template: template('text/x-t') },
        }),
      ]),
      read(ready({ url: 'https://files.example/' }), [fileRule()]),
    ]);

    expect(files).toEqual(
      [
        ['report one.csv', 'text/csv'],
        ['Q1.xlsx', 'application/x-q'],
        ['Own .._name.csv', 'text/csv'],
        ['leads-j-1.tsv', 'text/x-t'],
        ['acme-reports-j-1', null],
      ].map(([name, mediaType]) => [{ name, mediaType, availableUntil: null }]),
    );
  });

  it('are named as what they are where the answer says that they are compressed', async () => {
    const rule = fileRule({ gzip: value('/compression'), name: { template: template('r-{jobId}.json') } });

    expect(await read(ready({ url: LINK, compression: 'GZIP' }), [rule])).toMatchObject([
      { name: 'r-j-1.json.gz', mediaType: 'application/gzip' },
    ]);
    expect(await read(ready({ url: LINK, compression: 'NONE' }), [rule])).toMatchObject([
      { name: 'r-j-1.json', mediaType: 'application/json' },
    ]);
  });

  it('are as many as there are links, each with a name of its own', async () => {
    const rule = fileRule({
      kind: 'links',
      at: [at('/urls')],
      name: { template: template('contacts.csv.gz') },
    });

    expect(await read(ready({ urls: [LINK, 7, '', `${LINK}2`] }), [rule])).toMatchObject([
      { name: 'contacts-1.csv.gz' },
      { name: 'contacts-2.csv.gz' },
    ]);
    expect(await read(ready({ urls: [LINK] }), [rule])).toMatchObject([{ name: 'contacts.csv.gz' }]);
    expect(await read(ready({ urls: LINK }), [rule])).toEqual([]);
  });

  it('are there until the vendor drops them: an instant of the answer, or so long after another one', async () => {
    const said = fileRule({ expiresAt: { ...value('/until'), as: 'epoch-seconds' } });
    const computed = fileRule({ expiresAt: { from: 'finishedAt', plusMs: 60_000 } });
    const finished = new Date(NOW).toISOString();

    expect(await read(ready({ url: LINK, until: NOW / 1_000 + 5 }), [said])).toMatchObject([
      { availableUntil: NOW + 5_000 },
    ]);
    expect(await read(ready({ url: LINK, finished }), [computed])).toMatchObject([
      { availableUntil: NOW + 60_000 },
    ]);
    expect(await read(ready({ url: LINK }), [computed])).toMatchObject([{ availableUntil: null }]);
  });

  it('are those of which the file’s rules speak, kind by kind', async () => {
    const stream = request('GET', '/files/{/fileId}');
    const rules = [
      fileRule({ where: [{ at: at('/rows'), test: { above: 0 } }] }),
      fileRule({ kind: 'stream', at: null, request: stream, name: { template: template('{/fileId}.zip') } }),
      fileRule({ at: [at('/partial')], of: ['FAILED'] }),
    ];
    const names = async (reply: FakeReply) => {
      const files = (await read(reply, rules)) as readonly { readonly name: string }[];
      return files.map(({ name }) => name);
    };

    expect(await names(ready({ url: LINK, rows: 1, fileId: 'f-1', partial: LINK }))).toEqual([
      'report one.csv',
      'f-1.zip',
    ]);
    expect(await names(ready({ url: LINK, rows: 0, fileId: 'f-1' }))).toEqual(['f-1.zip']);
    expect(await names(ready({ url: LINK, rows: 0, fileId: '..' }))).toEqual([]);
    expect(
      await names({ body: { data: { id: 'j-1', state: 'error', url: LINK, rows: 1, partial: LINK } } }),
    ).toEqual(['report one.csv']);
  });

  it('are not known where a list leaves them out', async () => {
    const list = {
      ...{ request: request('GET', '/projects/{projectId}/jobs'), items: [at('/data')] as const },
      ...{ next: null, holds: 'all' as const, asBatch: true },
    };
    const other = toExportKey(locator, 'acme-reports' as never, 'acme', { projectId: '7', jobId: 'j-2' });
    const jobs = ['j-1', 'j-2'].map((id) => ({ id, state: 'ready', ...(id === 'j-2' && { url: LINK }) }));
    const { result } = await play(
      createDeclaration({ files: [fileRule()], list }),
      { body: { data: jobs } },
      async (account) => {
        const listed = await account.readMany([KEY, other]);
        return listed.map((each) => (each instanceof Error ? each : each.files));
      },
    );

    expect(result).toEqual([undefined, [expect.objectContaining({ name: 'report one.csv' })]]);
  });
});

describe('a link that is opened', () => {
  const signed = `${LINK}&X-Amz-Date=20260518T085900Z&X-Amz-Expires=300`;

  it.each<[string, string, Partial<FileRule>, number]>([
    ['nothing tells', LINK, {}, 300_000],
    ['it says itself', signed, { expiresAt: { link: 'amz' } }, 240_000],
    ['the file gives it a life', LINK, { livesMs: 90_000 }, 90_000],
    ['the answer tells', LINK, { expiresAt: value('/until') }, 60_000],
    ['several tell', signed, { livesMs: 600_000, expiresAt: { link: 'amz' } }, 240_000],
  ])('ends when %s', async (_what, url, rule, leftMs) => {
    const { result } = await locate(ready({ url, until: '2026-05-18T09:01:00Z' }), [fileRule(rule)]);

    expect(result).toMatchObject({ type: 'link', url, expiresAt: NOW + leftMs });
  });

  it('is one of several by its place', async () => {
    const rule = fileRule({ kind: 'links', at: [at('/urls')] });
    const answer = ready({ urls: [LINK, `${LINK}2`] });

    expect((await locate(answer, [rule], { index: 1 })).result).toMatchObject({
      type: 'link',
      url: `${LINK}2`,
    });
    expect((await locate(answer, [rule], { index: 2 })).result).toEqual({ type: 'gone' });
  });

  it.each<[string, FakeReply, object]>([
    ['unfinished', { body: { data: { id: 'j-1', state: 'working' } } }, { type: 'unfinished' }],
    ['not there any more', { status: 404 }, { type: 'gone' }],
    ['failed', { body: { data: { id: 'j-1', state: 'error', url: LINK } } }, { type: 'gone' }],
    ['without a link', ready(), { type: 'gone' }],
    ['past its end', ready({ url: LINK, until: '2026-05-18T08:59:59Z' }), { type: 'gone' }],
    ['hidden', { status: 403 }, { code: 'VENDOR_FORBIDDEN' }],
  ])('is none of an export that is %s', async (_what, reply, outcome) => {
    const { result } = await locate(reply, [fileRule({ expiresAt: value('/until') })]);

    expect(result).toMatchObject(outcome);
  });

  it('is gone where its own signature has ended', async () => {
    const { result } = await locate(ready({ url: `${LINK}&X-Amz-Date=20260518T085400Z&X-Amz-Expires=300` }), [
      fileRule({ expiresAt: { link: 'amz' } }),
    ]);

    expect(result).toEqual({ type: 'gone' });
  });
});

describe('a link that a further call mints', () => {
  const rule = fileRule({
    kind: 'lookup',
    request: request('GET', '/documents/{/document}'),
    at: [at('/link')],
    gzip: value('/compression'),
    livesMs: 300_000,
  });
  const answering =
    (document: FakeReply): FakeHandler =>
    ({ url }) =>
      url.startsWith('/documents/') ? document : ready({ document: 'd/1' });

  it('is asked for when it is opened, and not before', async () => {
    const { result, requests } = await locate(answering({ body: { link: LINK, compression: 'GZIP' } }), [
      rule,
    ]);
    const described = await read(answering('reset'), [rule]);

    expect(result).toMatchObject({
      type: 'link',
      url: LINK,
      expiresAt: NOW + 300_000,
      file: { name: 'report one.csv.gz', mediaType: 'application/gzip' },
    });
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /projects/7/jobs/j-1',
      'GET /documents/d%2F1',
    ]);
    expect(described).toMatchObject([{ name: 'acme-reports-j-1' }]);
  });

  it.each<[string, FakeReply, object]>([
    ['gone', { status: 404 }, { type: 'gone' }],
    [
      'in a while',
      { status: 429, headers: { 'retry-after': '60' } },
      { code: 'VENDOR_RATE_LIMITED', retryAfterMs: 60_000 },
    ],
    ['nothing that can be read', { body: { link: 7 } }, { code: 'VENDOR_BAD_RESPONSE' }],
  ])('is %s where the vendor says so', async (_what, reply, outcome) => {
    expect((await locate(answering(reply), [rule])).result).toMatchObject(outcome);
  });

  it('is none where the answer names no document', async () => {
    expect((await locate(ready({ document: '' }), [rule])).result).toEqual({ type: 'gone' });
  });
});

describe('a file behind the credential', () => {
  const rule = fileRule({
    kind: 'stream',
    at: null,
    request: request('GET', '/files/{jobId}', { headers: { Accept: template('application/octet-stream') } }),
    name: { template: template('{jobId}.csv') },
  });
  const answering =
    (file: FakeReply, more: object = {}): FakeHandler =>
    ({ url }) =>
      url.startsWith('/files/') ? file : ready(more);
  const content = 'a,b\r\n1,2\r\n';

  it('is asked for as its rule says, and passed on with the reader’s wishes', async () => {
    const reply = answering({ headers: { 'content-type': 'text/csv' }, body: content });
    const { result, requests } = await play(createDeclaration({ files: [rule] }), reply, (account) =>
      open(account, { range: 'bytes=0-' }),
    );

    expect(result).toMatchObject({
      status: 200,
      body: content,
      file: { name: 'j-1.csv', mediaType: 'text/csv' },
    });
    expect(requests[1]).toMatchObject({
      url: '/files/j-1',
      headers: {
        accept: 'application/octet-stream',
        range: 'bytes=0-',
        'x-acme-key': 'acme-key-0001',
        'x-acme-version': '2026-11',
      },
    });
  });

  const sum = createHash('sha256').update(content).digest('hex');
  it.each([
    ['is whole', { bytes: content.length, sum: `sha256:${sum}` }, true],
    ['has no facts', { bytes: null, sum: '' }, true],
    ['is shorter than told', { bytes: content.length + 1 }, false],
    ['is another than told', { sum: `sha256:${'0'.repeat(64)}` }, false],
  ])('that %s reaches its reader whole: %j %s', async (_what, facts, isWhole) => {
    const checked = {
      ...rule,
      size: value('/bytes'),
      checksum: { ...value('/sum'), kind: 'sha256' as const },
    };
    const { result } = await play(
      createDeclaration({ files: [checked] }),
      answering({ body: content }, facts),
      (account) => open(account, {}),
    );

    if (isWhole) expect(result).toMatchObject({ body: content });
    else expect(result).toMatchObject({ code: 'VENDOR_BAD_RESPONSE' });
  });

  it('is none where the body of a good answer says that the call came to nothing', async () => {
    const { status, errors } = createDeclaration();
    const declaration = createDeclaration({
      files: [rule],
      status: { ...status, success: { at: at('/success'), is: true } },
      errors: { ...errors, forbidden: [{ status: 200, code: '603', message: null, wait: [] }] },
    });
    const json = { 'content-type': 'application/json' };
    const reply =
      (file: object): FakeHandler =>
      ({ url }) =>
        url.startsWith('/files/')
          ? { headers: json, body: file }
          : { body: { success: true, data: { id: 'j-1', state: 'ready' } } };
    const opening = (account: VendorAccount) => open(account, {});
    const refused = await play(declaration, reply({ success: false, error: { code: '603' } }), opening);
    const passed = await play(declaration, reply({ success: true, rows: [1] }), opening);
    const long = await play(declaration, reply({ rows: ['x'.repeat(40_000)] }), opening);

    expect(refused.result).toMatchObject({ code: 'VENDOR_FORBIDDEN' });
    expect(passed.result).toMatchObject({ body: '{"success":true,"rows":[1]}' });
    expect(long.result).toMatchObject({ body: JSON.stringify({ rows: ['x'.repeat(40_000)] }) });
  });
});

describe('a file that is given up before it is read', () => {
  it.each(['looked into', 'checked'])('ends the vendor’s call: one that is %s', async (how) => {
    const body = new PassThrough();
    body.write(Buffer.alloc(20_000));
    const file = { status: 200, headers: { 'content-type': 'application/json' }, body };
    const wrapped =
      how === 'checked'
        ? checkContent(file, { sizeBytes: 1, checksum: null }, () => new Error('other'))
        : await refuseFailure(file, NOW, () => undefined);

    body.on('error', () => undefined);
    const closed = new Promise((resolve) => body.once('close', resolve));
    wrapped.body.destroy();
    await closed;

    expect(body.destroyed).toBe(true);
  });
});

describe('a link that needs the credential', () => {
  const rule = fileRule({ credential: true, name: { template: template('{jobId}.csv') } });

  /** A vendor whose answer holds this link, and a file host beside it. */
  async function openAt(
    toUrl: (vendorUrl: string, hostUrl: string) => string,
    { isListed = true, reply = { body: 'a,b' } as FakeReply, rules = [rule] } = {},
  ) {
    await using host = await startFakeVendor(() => reply);
    let vendorUrl = '';
    const origins = isListed ? [template(host.url)] : [];
    const played = await play(
      createDeclaration({ files: rules, origins }),
      ({ url }: { readonly url: string }) =>
        url.startsWith('/projects/') ? ready({ url: toUrl(vendorUrl, host.url) }) : reply,
      (account, at) => {
        vendorUrl = at;
        return open(account, {});
      },
    );
    return { ...played, atHost: [...host.requests] };
  }
  const target = '/links/%2Fa?sig=%2F1';

  it.each<[string, (vendorUrl: string) => string]>([
    ['whole', (vendorUrl) => vendorUrl + target],
    ['a path', () => target],
  ])('is opened at the base URL as it stands in the answer: %s', async (_what, toUrl) => {
    const { result, requests, atHost } = await openAt(toUrl);

    expect(result).toMatchObject({ status: 200, body: 'a,b', file: { name: 'j-1.csv' } });
    expect(requests[1]).toMatchObject({ url: target, headers: { 'x-acme-key': 'acme-key-0001' } });
    expect(atHost).toEqual([]);
  });

  it('is opened on a listed origin, with the credential and the vendor’s own headers', async () => {
    const { result, requests, atHost } = await openAt((_, hostUrl) => hostUrl + target);

    expect(result).toMatchObject({ status: 200, body: 'a,b' });
    expect(requests).toHaveLength(1);
    expect(atHost).toMatchObject([
      { url: target, headers: { 'x-acme-key': 'acme-key-0001', 'x-acme-version': '2026-11' } },
    ]);
  });

  it.each<[string, (hostUrl: string) => string, boolean]>([
    ['an origin that is not listed', (hostUrl) => hostUrl + target, false],
    ['another port', (hostUrl) => hostUrl.replace(/:\d+$/, ':1') + target, true],
    ['a user in front of the host', (hostUrl) => hostUrl.replace('://', '://me@') + target, true],
    ['no address', () => 'files.example/x', true],
    ['another scheme', () => 'file:///etc/passwd', true],
  ])('goes nowhere with %s', async (_what, toUrl, isListed) => {
    const { result, atHost } = await openAt((_vendorUrl, hostUrl) => toUrl(hostUrl), { isListed });

    expect(result).toMatchObject({ name: 'VendorError', code: 'VENDOR_BAD_RESPONSE' });
    expect((result as Error).message).not.toMatch(/127\.0\.0\.1|sig|etc/);
    expect(atHost).toEqual([]);
  });

  it('is not followed any further', async () => {
    const reply = { status: 302, headers: { location: 'http://127.0.0.1:1/elsewhere' } };
    const { result, atHost } = await openAt((_, hostUrl) => hostUrl + target, { reply });

    expect(result).toMatchObject({ status: 302, body: '' });
    expect(atHost).toHaveLength(1);
  });

  it('is replaced by the request of its rule where it leads elsewhere', async () => {
    const request2 = request('GET', '/download/{jobId}', {
      headers: { Accept: template('application/zip') },
    });
    const rules = [{ ...rule, request: request2 }];
    const elsewhere = await openAt((_, hostUrl) => hostUrl + target, { isListed: false, rules });
    const listed = await openAt((_, hostUrl) => hostUrl + target, { rules });

    expect(elsewhere.requests[1]).toMatchObject({
      url: '/download/j-1',
      headers: { accept: 'application/zip' },
    });
    expect(elsewhere.atHost).toEqual([]);
    expect(listed.atHost).toMatchObject([{ url: target, headers: { accept: 'application/zip' } }]);
  });
});
