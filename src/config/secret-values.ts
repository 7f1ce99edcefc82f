import type { WebhookEndpoint } from '../export/webhook-endpoint.ts';
import type { AccountCredential, Config, StoreConfig } from './config.ts';
import { postgresSecrets } from './postgres-url.ts';
import { WEBHOOK_SECRET_PREFIX } from './webhook-secret.ts';

/** Everything in a configuration that must never be logged, told or counted. */
export function secretValues({ accounts, access, files, store, webhooks }: Config): readonly string[] {
  return [
    ...(files.linkSecret === undefined ? [] : [files.linkSecret]),
    ...(access.mode === 'keys' ? access.keys.map(({ key }) => key) : []),
    ...accounts.flatMap(({ credential }) => credentialValues(credential)),
    ...storeValues(store),
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
    case 'caller':
      return [];
  }
}

function storeValues(store: StoreConfig): readonly string[] {
  return store.kind === 'postgres' ? postgresSecrets(store.url) : [];
}

/** Of the address too: with many receivers, who knows it may post there. */
function webhookValues({ url, secrets }: WebhookEndpoint): readonly string[] {
  return [url, ...secrets.flatMap((secret) => [secret, secret.slice(WEBHOOK_SECRET_PREFIX.length)])];
}
