import { describe, expect, it } from 'vitest';
import { toExportKey } from '../../../src/export/locator.ts';
import type { CallbackRule, CancelRule, VendorDeclaration } from '../../../src/vendor-file/declaration.ts';
import { toVendorDefinition } from '../../../src/vendors/declared/vendor.ts';
import type { FakeHandler, FakeReply } from '../../support/fake-vendor.ts';
import { at, cancelRule, createDeclaration, play, request } from './acting-support.ts';

const { locator } = toVendorDefinition(createDeclaration());
const KEY = toExportKey(locator, 'acme-reports' as never, 'acme', { projectId: '7', jobId: 'j-1' });

function cancel(
  reply: FakeReply | FakeHandler,
  rule: Partial<CancelRule> = {},
  rest: Partial<VendorDeclaration> = {},
) {
  return play(createDeclaration({ cancel: cancelRule(rule), ...rest }), reply, (account) =>
    account.cancel?.(KEY),
  );
}

describe('a cancellation that a file describes', () => {
  it.each([200, 202, 204])('has been asked for after a %i', async (status) => {
    const { result, requests } = await cancel({ status });

    expect(result).toBeUndefined();
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['DELETE /projects/7/jobs/j-1']);
  });

  it.each<[string, FakeReply, string]>([
    ['nothing is left to stop', { status: 409 }, 'EXPORT_NOT_FOUND'],
    ['there is no such job', { status: 404 }, 'EXPORT_NOT_FOUND'],
    ['the vendor refuses', { status: 400, body: { error: { message: 'Already done' } } }, 'VENDOR_FORBIDDEN'],
    ['the body says so', { body: { error: { code: 'DONE', message: 'Already done' } } }, 'VENDOR_FORBIDDEN'],
    ['the status is one that the file does not name', { status: 206 }, 'VENDOR_FORBIDDEN'],
    ['the credential is refused', { status: 401 }, 'VENDOR_UNAUTHENTICATED'],
    ['the vendor is away', { status: 503 }, 'VENDOR_UNAVAILABLE'],
    ['no answer comes', 'reset', 'VENDOR_UNAVAILABLE'],
  ])('is an error, and asked for once, where %s', async (_what, reply, code) => {
    const { result, requests } = await cancel(reply);

    expect(result).toMatchObject({ name: 'VendorError', code });
    expect(requests).toHaveLength(1);
  });

  it('finds no such job where the file knows that by its name, and another name says nothing', async () => {
    const declaration = createDeclaration();
    const row = { status: 400, code: null, message: null, namesId: true, wait: [] };
    const rest = { errors: { ...declaration.errors, notFound: [row] } };
    const told = (id: string) =>
      cancel({ status: 400, body: { error: { message: `Unknown job ${id}` } } }, {}, rest);

    expect((await told('j-1')).result).toMatchObject({ code: 'EXPORT_NOT_FOUND', httpStatus: 400 });
    expect((await told('j-11')).result).toMatchObject({ code: 'VENDOR_FORBIDDEN' });
  });

  it('is a second call too, where the file says so, unless the first one fails', async () => {
    const second = request('POST', '/purge/{jobId}');
    // biome-ignore lint/suspicious/noThenProperty: the file language calls it so, and it is no function
    const rule = { then: second };
    const both = await cancel({ status: 204 }, rule);
    const first = await cancel({ status: 403 }, rule);

    expect(both.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'DELETE /projects/7/jobs/j-1',
      'POST /purge/j-1',
    ]);
    expect(first.requests).toHaveLength(1);
  });

  it('is no ability of a vendor whose file has none', async () => {
    const { result } = await play(createDeclaration(), 'reset', async (account) => [
      account.cancel,
      account.start,
    ]);

    expect(result).toEqual([undefined, undefined]);
  });
});

describe('what a vendor posts back', () => {
  const readerOf = (rule: Pick<CallbackRule, 'body' | 'id'>, prefix = '') => {
    const { status } = createDeclaration();
    return toVendorDefinition(
      createDeclaration({
        callback: { address: { query: 'notify' }, ...rule },
        status: { ...status, id: { at: [at('/id')], prefix } },
      }),
    ).readCallback;
  };

  it('names an export by its last id, in JSON or in a form', () => {
    const json = readerOf({ body: 'json', id: [at('/job/id'), at('/job_id')] });
    const form = readerOf({ body: 'form', id: [at('/job/id')] });

    expect(json?.('{"job":{"id":"j-1"}}')).toEqual({ jobId: 'j-1' });
    expect(json?.('{"job_id":9007199254740993}')).toEqual({ jobId: '9007199254740993' });
    expect(form?.('job%5Bid%5D=j-1&state=ready')).toEqual({ jobId: 'j-1' });
  });

  it('is read without what the vendor writes before its ids', () => {
    const read = readerOf({ body: 'json', id: [at('/id')] }, 'gid://acme/Job/');

    expect(read?.('{"id":"gid://acme/Job/7"}')).toEqual({ jobId: '7' });
  });

  it.each([
    '',
    'null',
    '{',
    '[]',
    '{"id":"../x"}',
    '{"id":{}}',
    `{"id":"${'a'.repeat(5_000)}"}`,
    '{"id":true}',
    'id=j-1',
  ])('names nothing as %j', (body) => {
    expect(readerOf({ body: 'json', id: [at('/id')] })?.(body)).toEqual({});
  });

  it('is expected of no vendor whose file does not say so', () => {
    expect(toVendorDefinition(createDeclaration()).readCallback).toBeUndefined();
  });
});
