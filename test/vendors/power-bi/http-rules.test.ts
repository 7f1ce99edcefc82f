import { describe, expect, it } from 'vitest';
import type { AccountResponse, Credential } from '../../../src/http/types.ts';
import { POWER_BI_HTTP_RULES } from '../../../src/vendors/power-bi/client.ts';
import { readFixture } from './support.ts';

function toResponse(status: number, json: unknown): AccountResponse {
  return { status, headers: {}, text: '', json, receivedAt: 0 };
}

function toForm(changes: Partial<Extract<Credential, { type: 'client-credentials' }>>) {
  const request = POWER_BI_HTTP_RULES.tokenRequest?.({
    type: 'client-credentials',
    tokenUrl: 'https://login.example.com/tenant/oauth2/v2.0/token',
    clientId: 'app',
    clientSecret: 's3cret&=+ ü',
    ...changes,
  });
  return Object.fromEntries(new URLSearchParams(request?.body));
}

describe('Power BI token request', () => {
  it('asks the v2 endpoint for exactly one default scope', () => {
    expect(toForm({})).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: 's3cret&=+ ü',
      scope: 'https://analysis.windows.net/powerbi/api/.default',
    });
  });

  it('asks for the configured scope, for a sovereign cloud', () => {
    const scope = 'https://analysis.chinacloudapi.cn/powerbi/api/.default';

    expect(toForm({ scope })).toMatchObject({ scope });
  });

  it.each(['https://login.example.com/tenant/oauth2/token', 'https://login.example.com/t/oauth2/token/'])(
    'names the bare resource to the old endpoint %s',
    (tokenUrl) => {
      const form = toForm({ tokenUrl });

      expect(form).toMatchObject({ resource: 'https://analysis.windows.net/powerbi/api' });
      expect(form).not.toHaveProperty('scope');
    },
  );
});

describe('Power BI expired token', () => {
  const token = { value: 'x', issuedAt: 0, expiresAt: 1 };

  it.each([
    [401, undefined, true],
    [401, readFixture('error-not-authorized'), true],
    [403, readFixture('error-token-expired'), true],
    [403, readFixture('error-not-authorized'), false],
    [403, undefined, false],
    [404, readFixture('error-token-expired'), false],
    [200, readFixture('error-token-expired'), false],
  ])('is seen in a %i with body %j: %j', (status, body, isExpired) => {
    expect(POWER_BI_HTTP_RULES.isTokenExpired(toResponse(status, body), token, 0)).toBe(isExpired);
  });
});

describe('Power BI error code', () => {
  it.each([
    ['error-standard', 'PowerBIEntityNotFound'],
    ['error-rich', 'DM_ExampleError'],
    ['error-with-targets', 'InvalidRequest'],
    ['error-legacy', undefined],
    ['error-token-expired', 'TokenExpired'],
    ['error-not-authorized', 'PowerBINotAuthorizedException'],
    ['error-too-many-requests', 'TooManyRequests'],
    ['token-invalid-client', 'invalid_client'],
  ] as const)('is read from %s', (name, code) => {
    expect(POWER_BI_HTTP_RULES.vendorCode(toResponse(400, readFixture(name)))).toBe(code);
  });

  it('is read from the nested error where the outer one has none', () => {
    const body = { error: { 'pbi.error': { code: 'DM_Nested' } } };

    expect(POWER_BI_HTTP_RULES.vendorCode(toResponse(400, body))).toBe('DM_Nested');
  });

  it.each([
    [undefined],
    [null],
    ['text'],
    [[]],
    [{ error: null }],
    [{ error: [] }],
    [{ error: { code: 'two words' } }],
    [{ error: { code: 7 } }],
    [{ error: { code: 'x'.repeat(101) } }],
    [{ error: 'free text\nwith a secret' }],
  ])('is none in %j', (body) => {
    expect(POWER_BI_HTTP_RULES.vendorCode(toResponse(400, body))).toBeUndefined();
  });

  it('puts the credential into the bearer header', () => {
    expect(POWER_BI_HTTP_RULES.authHeaders({ type: 'bearer', value: 'abc' })).toEqual({
      authorization: 'Bearer abc',
    });
  });
});
