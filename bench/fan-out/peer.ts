import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPubSub } from 'graphql-yoga';
import { serveSubscriptions } from '../peers/yoga-subscriptions.ts';
import { readSettings } from './child.ts';
import { serveMeasurements } from './measured-server.ts';
import { PeerExports } from './peer-exports.ts';
import type { ServerSettings } from './server-settings.ts';

/**
 * The server to compare with: the same schema, Yoga, graphql-ws as Yoga's documentation sets it up, and one poll loop per
 * export shared by all its subscribers through Yoga's own PubSub. No access rules, limits, cursors or error handling.
 */
const { listingUrl, pollMs, schemaFolder } = readSettings<ServerSettings>();
const typeDefs = readdirSync(schemaFolder).map((file) => readFileSync(join(schemaFolder, file), 'utf8'));

const pubSub = createPubSub<{ [exportId: string]: [event: object] }>();
const watched = new PeerExports({ listingUrl, pollMs, publish: (id, event) => pubSub.publish(id, event) });

async function* follow(exportId: string): AsyncGenerator<object> {
  const leave = watched.join(exportId);
  try {
    const changes = pubSub.subscribe(exportId);
    yield await watched.snapshot(exportId);
    yield* changes;
  } finally {
    leave();
  }
}

serveSubscriptions({
  typeDefs,
  follow: (locator: { readonly hiEnergy: { readonly exportId: string } }) =>
    follow(locator.hiEnergy.exportId),
  onListening: (port) => serveMeasurements({ url: () => `ws://127.0.0.1:${port}` }),
});
