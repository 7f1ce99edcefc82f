import type { WebhookEndpoint } from '../export/webhook-endpoint.ts';
import type { AccountCredential, BackplaneConfig, Config, StoreConfig } from './config.ts';
import { postgresSecrets } from './postgres-url.ts';
import { redisUrlSecrets } from './redis-address.ts';
import { WEBHOOK_SECRET_PREFIX } from './webhook-secret.ts';

/** Everything in a configuration that must never be logged, told or counted. */
export function secretValues(config: Config): readonly string[] {
  const { accounts, access, files, store, backplane, webhooks } = config;
  return [
    ...(files.linkSecret === undefined ? [] : [files.linkSecret]),
    ...(access.mode === 'keys' ? access.keys.map(({ key }) => key) : []),
    ...accounts.flatMap(({ credential }) => credentialValues(credential)),
    ...storeValues(store),
    ...backplaneValues(backplane),
    ...webhooks.flatMap(webhookValues),
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
    case 'refresh-token':
      return refreshTokenValues(credential);
    case 'caller':
      return [];
  }
}

function refreshTokenValues({
  clientId,
  clientSecret,
  refreshToken,
}: Extract<AccountCredential, { type: 'refresh-token' }>): readonly string[] {
  return clientSecret === undefined
    ? [refreshToken]
    : [refreshToken, clientSecret, `${clientId}:${clientSecret}`];
}

function storeValues(store: StoreConfig): readonly string[] {
  return store.kind === 'postgres' ? postgresSecrets(store.url) : [];
}

function backplaneValues(backplane: BackplaneConfig): readonly string[] {
  if (backplane.kind === 'memory') return [];
  const { password } = backplane;
  const sentinelPassword = 'sentinels' in backplane ? backplane.sentinelPassword : undefined;
  const passwords = [password, sentinelPassword].filter((each) => each !== undefined);
  return [...('url' in backplane ? redisUrlSecrets(backplane.url) : []), ...passwords];
}

/** Of the address too: with many receivers, who knows it may post there. */
function webhookValues({ url, secrets }: WebhookEndpoint): readonly string[] {
  return [url, ...secrets.flatMap((secret) => [secret, secret.slice(WEBHOOK_SECRET_PREFIX.length)])];
}
