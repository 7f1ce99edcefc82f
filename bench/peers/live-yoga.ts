import { createPubSub } from 'graphql-yoga';
import { type Locator, toVendorPath } from '../harness/operations.ts';
import { announce, readByFetch, readSettings } from './read.ts';
import { typeDefs } from './schema.ts';
import { SharedPolls, type ShownEvent } from './shared-polls.ts';
import { serveSubscriptions } from './yoga-subscriptions.ts';

/** Subscriptions with Yoga and graphql-ws: one poll loop per export, shared by its subscribers through Yoga's PubSub. */
const settings = readSettings();
const pubSub = createPubSub<{ [key: string]: [event: ShownEvent] }>();
const polls = new SharedPolls({
  read: readByFetch(settings),
  pollMs: settings.pollMs ?? 1_000,
  publish: (key, event) => pubSub.publish(key, event),
});

async function* follow(locator: Locator): AsyncGenerator<ShownEvent | undefined> {
  const key = toVendorPath(locator);
  const leave = polls.join(key, locator);
  try {
    const changes = pubSub.subscribe(key);
    yield await polls.snapshot(key);
    yield* changes;
  } finally {
    leave();
  }
}

serveSubscriptions({ typeDefs, follow, onListening: announce });
