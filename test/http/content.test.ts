import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { AccountRequest, OrderRequest } from '../../src/http/types.ts';
import { API_KEY, drive, failure, startStage } from './support.ts';

const GOOD = { body: { status: 'done' } };

describe('a request of a vendor', () => {
  it('carries the vendor’s own headers, which may say another media type', async () => {
    await using stage = await startStage(() => GOOD);
    const headers = { 'stripe-version': '2026-01', accept: 'application/vnd.acme+json' };

    await stage.client.send({ path: ['x'], headers });

    expect(stage.vendor.requests[0]?.headers).toMatchObject({
      ...headers,
      'x-api-key': API_KEY,
      'accept-encoding': 'gzip, deflate, br',
    });
  });

  it.each([
    'authorization',
    'cookie',
    'host',
    'content-length',
    'transfer-encoding',
    'accept-encoding',
    'X-Big',
    'a b',
  ])('is not sent with a header "%s" of the vendor’s', async (name) => {
    await using stage = await startStage(() => GOOD);
    const headers = { [name]: 'x' };

    for (const sent of [
      stage.client.send({ path: ['x'], headers }),
      stage.client.order({ method: 'POST', path: ['x'], headers }, undefined, 'an export', () => null),
      stage.client.open({ method: 'GET', path: ['x'], headers: {}, vendorHeaders: headers }),
    ]) {
      expect(await failure(sent)).toBeInstanceOf(TypeError);
    }
    expect(stage.vendor.requests).toEqual([]);
  });

  it.each(['', ' x', 'x\r\ny: z', 'ü'])('is not sent with the header value %j', async (value) => {
    await using stage = await startStage(() => GOOD);

    expect(await failure(stage.client.send({ path: ['x'], headers: { 'x-y': value } }))).toBeInstanceOf(
      TypeError,
    );
    expect(stage.vendor.requests).toEqual([]);
  });

  it('reads by POST with JSON, and is repeated as a GET is', async () => {
    await using stage = await startStage(({ body }) =>
      stage.api() < 3 ? { status: 503 } : { body: { got: body } },
    );
    const request: AccountRequest = {
      method: 'POST',
      path: ['graphql'],
      json: { query: '{ a }' },
      isRead: true,
    };

    const answer = await drive(stage.clock, stage.client.send(request));

    expect(answer.json).toEqual({ got: '{"query":"{ a }"}' });
    expect(stage.api()).toBe(3);
    expect(stage.vendor.requests.at(-1)).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('by POST that is no read is sent once', async () => {
    await using stage = await startStage(() => ({ status: 503 }));

    expect((await stage.client.send({ method: 'POST', path: ['x'], form: 'a=b' })).status).toBe(503);

    expect(stage.vendor.requests).toMatchObject([
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ]);
  });

  it('has one body', async () => {
    await using stage = await startStage(() => GOOD);

    expect(
      await failure(stage.client.send({ method: 'POST', path: ['x'], form: 'a', json: {} })),
    ).toBeInstanceOf(TypeError);
  });

  it.each(['PUT', 'PATCH'] as const)('orders by %s', async (method) => {
    await using stage = await startStage(() => GOOD);
    const request: OrderRequest = {
      method,
      path: ['jobs', '1'],
      form: 'state=stop',
      headers: { 'x-a': 'b' },
    };

    expect(await stage.client.order(request, undefined, 'an export', ({ status }) => status)).toBe(200);

    expect(stage.vendor.requests).toMatchObject([
      {
        method,
        body: 'state=stop',
        headers: { 'x-a': 'b', 'content-type': 'application/x-www-form-urlencoded' },
      },
    ]);
  });

  it('asks for a file with the vendor’s media type and the caller’s range', async () => {
    await using stage = await startStage(() => ({ status: 206, body: 'file' }));

    const file = await stage.client.open({
      method: 'GET',
      path: ['x'],
      headers: { range: 'bytes=0-3', accept: 'text/html', authorization: 'Bearer other' },
      vendorHeaders: { accept: 'application/gzip', 'x-a': 'b' },
    });

    expect(await text(file.body)).toBe('file');
    const { headers } = stage.vendor.requests[0] ?? { headers: {} };
    expect(headers).toMatchObject({
      range: 'bytes=0-3',
      accept: 'application/gzip',
      'x-a': 'b',
      'x-api-key': API_KEY,
    });
    expect(headers).not.toHaveProperty('authorization');
  });
});
