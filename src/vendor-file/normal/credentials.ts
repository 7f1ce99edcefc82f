import type * as z from 'zod';
import type { CredentialRules, SendRule, TokenRule } from '../declaration.ts';
import type { credentialsSchema } from '../schema/credentials.ts';
import { toTemplate } from '../template.ts';

type RawCredentials = z.output<ReturnType<typeof credentialsSchema>>;
type RawSend = NonNullable<RawCredentials['api-key']>;
type RawToken = NonNullable<RawCredentials['client-credentials']>;

const BEARER: SendRule = { header: 'Authorization', prefix: 'Bearer ' };

export function toCredentials(raw: RawCredentials): CredentialRules {
  const { bearer, 'api-key': apiKey, 'client-credentials': client, 'refresh-token': refresh } = raw;
  return {
    ...(apiKey === undefined ? {} : { 'api-key': toSend(apiKey) }),
    ...(bearer === undefined ? {} : { bearer: toSend(bearer ?? {}) }),
    ...(client === undefined ? {} : { 'client-credentials': toToken(client) }),
    ...(refresh === undefined ? {} : { 'refresh-token': { ...toToken(refresh), rotates: refresh.rotates } }),
  };
}

function toSend({ header, prefix, basic }: RawSend): SendRule {
  if (basic !== undefined) return { basic };
  return header === undefined ? BEARER : { header, prefix: prefix ?? '' };
}

function toToken({ tokenUrl, scope, client, request, send }: RawToken): TokenRule {
  return {
    tokenUrl: toTemplate(tokenUrl),
    scope: scope ?? null,
    client: client ?? (request === 'form' ? 'basic' : 'body'),
    request,
    send: toSend(send ?? {}),
  };
}
