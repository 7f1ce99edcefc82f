import type { VendorDraft } from './draft.ts';
import { asList, asObject, asText, type Json, type OpenApi, type Operation } from './openapi.ts';

type Credentials = VendorDraft['credentials'];

/** How credentials are sent, of those that an operation takes; what cannot be sent here is left to be said. */
export function toCredentials(api: OpenApi, { own }: Operation, left: string[]): Credentials {
  const schemes = asObject(asObject(api.root.components).securitySchemes);
  const wanted = asList(own.security ?? api.root.security).flatMap((each) => Object.keys(asObject(each)));
  const names = wanted.length > 0 ? [...new Set(wanted)] : Object.keys(schemes);
  const found: Record<string, Credentials[string]> = {};
  for (const name of names) {
    const scheme = api.resolve(Object.hasOwn(schemes, name) ? schemes[name] : {});
    for (const [type, value] of Object.entries(toCredential(scheme))) found[type] ??= value;
  }
  if (Object.keys(found).length > 0) return found;
  left.push('how the vendor takes a credential was not found: look at `credentials`.');
  return {
    'api-key': {
      value: { header: 'Authorization', prefix: 'Bearer ' },
      note: 'guessed: how is the key sent?',
    },
  };
}

function toCredential(scheme: Json): Credentials {
  const { type, in: place, scheme: kind } = scheme;
  if (type === 'apiKey' && place === 'header')
    return { 'api-key': { value: { header: asText(scheme.name) ?? 'Authorization' }, note: null } };
  if (type === 'http' && String(kind).toLowerCase() === 'bearer')
    return { 'api-key': { value: { header: 'Authorization', prefix: 'Bearer ' }, note: null } };
  if (type === 'http' && String(kind).toLowerCase() === 'basic')
    return {
      'api-key': {
        value: { basic: 'username' },
        note: 'guessed: which half is the key? username or password',
      },
    };
  return type === 'oauth2' ? fromFlows(asObject(scheme.flows)) : {};
}

function fromFlows(flows: Json): Credentials {
  const { clientCredentials, authorizationCode } = flows;
  const found: Record<string, Credentials[string]> = {};
  const tokens = asObject(clientCredentials);
  const tokenUrl = asText(tokens.tokenUrl);
  if (tokenUrl !== null) {
    const scope = Object.keys(asObject(tokens.scopes)).join(' ');
    found['client-credentials'] = {
      value: { tokenUrl, ...(scope === '' ? {} : { scope }), client: 'basic' },
      note: scope === '' ? null : 'of these scopes, leave those that reading exports needs',
    };
  }
  const code = asObject(authorizationCode);
  const refreshUrl = asText(code.refreshUrl) ?? asText(code.tokenUrl);
  if (refreshUrl !== null)
    found['refresh-token'] = { value: { tokenUrl: refreshUrl, client: 'basic' }, note: null };
  return found;
}
