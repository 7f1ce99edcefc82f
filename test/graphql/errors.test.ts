import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { InputError, VendorError } from '../../src/export/errors.ts';
import { createErrorMask } from '../../src/operations/errors.ts';
import { startTestGateway } from '../support/gateway.ts';
import { createRecordingLog, createTestTools } from '../support/tools.ts';
import { EXPORTS_QUERY, startFakedGateway, toLocator } from './support.ts';

describe('the mask over errors', () => {
  const thrown = (originalError: Error) =>
    new GraphQLError(originalError.message, { path: ['export'], originalError });
  const shown = (error: unknown) => {
    const log = createRecordingLog();
    return { ...createErrorMask(createTestTools({ log }))(error, 'request-1'), log: log.lines };
  };

  it('shows a mistake of ours as one sentence, and logs the rest under the same id', () => {
    const mistake = new TypeError(
      "Cannot read properties of undefined (reading 'x') at /srv/app.ts, host 10.0.0.7",
    );

    const { message, extensions, path, log } = shown(thrown(mistake));

    expect({ message, extensions, path }).toEqual({
      message: 'Unexpected error.',
      extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, requestId: 'request-1' },
      path: ['export'],
    });
    expect(log).toMatchObject([
      {
        level: 'error',
        fields: { requestId: 'request-1', error: { name: 'TypeError', message: mistake.message } },
      },
    ]);
  });

  it.each([['text'], [null], [undefined], [{ message: 'a secret' }], [7]])(
    'shows nothing of %j either',
    (value) => {
      expect(shown(value)).toMatchObject({
        message: 'Unexpected error.',
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      });
    },
  );

  it('gives an error that GraphQL made a code, and leaves it as it is', () => {
    const error = new GraphQLError('Variable "$x" got invalid value.');

    expect(shown(error)).toEqual({
      message: error.message,
      extensions: { code: 'BAD_USER_INPUT', retryable: false, requestId: 'request-1' },
      log: [],
    });
  });

  it('finds the cause however often it was wrapped', () => {
    const cause = new InputError('first must be between 1 and 100.', 'first');

    expect(shown(thrown(thrown(cause)))).toMatchObject({
      message: cause.message,
      extensions: { code: 'BAD_USER_INPUT', field: 'first', requestId: 'request-1' },
      log: [],
    });
  });

  it('shows all that is known of a vendor error, and not its cause', () => {
    const error = new VendorError({
      code: 'VENDOR_RATE_LIMITED',
      message: 'Talkdesk answered 429 (9) when asked for the status of a calls job.',
      vendor: 'talkdesk',
      account: 'desk',
      httpStatus: 429,
      vendorCode: '9',
      retryAfterMs: 2_000,
      cause: new Error('token abc'),
    });

    const { extensions, ...rest } = shown(thrown(error));

    expect(extensions).toEqual({
      code: 'VENDOR_RATE_LIMITED',
      vendor: 'talkdesk',
      account: 'desk',
      httpStatus: 429,
      vendorCode: '9',
      retryable: true,
      retryAfterMs: 2_000,
      requestId: 'request-1',
    });
    expect(JSON.stringify(rest)).not.toContain('abc');
  });

  it('leaves out what is not known, and an id outside of any request', () => {
    const error = new VendorError({
      code: 'VENDOR_TIMEOUT',
      message: 'Late.',
      vendor: 'talkdesk',
      account: 'desk',
    });

    expect(createErrorMask(createTestTools())(thrown(error), null).extensions).toEqual({
      code: 'VENDOR_TIMEOUT',
      vendor: 'talkdesk',
      account: 'desk',
      retryable: true,
    });
  });
});

describe('an answer with an error in it', () => {
  it('carries the id of its request, as does its header', async () => {
    await using gateway = await startTestGateway();

    const { errors, headers } = await gateway.query(EXPORTS_QUERY, { locators: [toLocator('talkdesk', 1)] });

    expect(errors[0]?.extensions?.requestId).toBe(headers.get('x-request-id'));
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('tells nothing of a bug: no stack, no path, no host', async () => {
    let isBroken = false;
    await using gateway = await startFakedGateway({
      // A clock that breaks in the middle of a read stands for any bug.
      tools: {
        clock: {
          now: () => {
            if (isBroken) throw new RangeError('broken at /srv/secret/clock.ts:1 on host 10.0.0.7');
            return Date.now();
          },
          setTimer: () => () => undefined,
        },
      },
    });
    isBroken = true;

    const { data, errors } = await gateway.query(EXPORTS_QUERY, { locators: [toLocator('talkdesk', 1)] });

    isBroken = false;
    expect(data).toEqual({ exports: [null] });
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(errors)).not.toMatch(
      /secret|10\.0\.0\.7|RangeError|\.ts|node_modules|127\.0\.0\.1/,
    );
  });

  it("tells nothing of the vendor's answer but its status and code", async () => {
    await using gateway = await startFakedGateway({
      vendors: {
        'hi-energy': () => ({
          status: 400,
          body: {
            error: { code: 'bad request, token=uvw', message: 'key sk-123 at https://internal.example.com' },
          },
        }),
      },
    });

    const { errors } = await gateway.query(EXPORTS_QUERY, { locators: [toLocator('hi-energy', 1)] });

    expect(errors).toHaveLength(1);
    // The client's own address stands in the log: here it is the vendor's, too.
    const told = gateway.log.lines.map(({ fields, ...rest }) => ({ ...rest, ...fields, clientAddress: '' }));
    expect(JSON.stringify([errors, told])).not.toMatch(
      /uvw|sk-123|internal\.example|127\.0\.0\.1|key-1|token-1/,
    );
  });
});
