import type { AccountCredential, Config } from './config.ts';

/** Everything in a configuration that must never be logged, told or counted. */
export function secretValues({ accounts, access, files }: Config): readonly string[] {
  return [
    ...(files.linkSecret === undefined ? [] : [files.linkSecret]),
    ...(access.mode === 'keys' ? access.keys.map(({ key }) => key) : []),
    ...accounts.flatMap(({ credential }) => credentialValues(credential)),
  ];
}

function credentialValues(credential: AccountCredential): readonly string[] {
  switch (credential.type) {
    case 'api-key':
      return [credential.apiKey];
    case 'bearer':
      return [credential.token];
    case 'client-credentials':
      // The second as HTTP's Basic scheme writes it.
      return [credential.clientSecret, `${credential.clientId}:${credential.clientSecret}`];
    case 'caller':
      return [];
  }
}
