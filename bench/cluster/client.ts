import { startBalancer } from '../../test/cluster/processes/balancer.ts';
import { type Layout, toWatched } from '../../test/cluster/processes/layout.ts';
import { Subscribers, type SubscriberTally } from '../../test/cluster/processes/subscribers.ts';

/** What the benchmark asks of a client process, and what it is answered. Sets travel as lists. */
export interface ClientCalls {
  /** Opens subscribers, a few at a time; those of number `first` and up. */
  open(order: {
    readonly layout: Layout;
    readonly first: number;
    readonly count: number;
    readonly perSubscriber: number;
  }): void;
  /** Where gateways listen from now on. */
  ports(ports: readonly number[]): void;
  tally(): SubscriberTally;
  told(): readonly (readonly [string, readonly number[]])[];
  lost(told: readonly (readonly [string, readonly number[]])[]): number;
}

export type ClientRequest = {
  readonly id: number;
  readonly call: keyof ClientCalls;
  readonly value: unknown;
};

/** So many connections are begun in one go, each 10 ms. */
const AT_A_TIME = 5;

/** Many subscribers and a balancer of their own, in a process of their own. */
export async function runClient(): Promise<void> {
  const balancer = await startBalancer();
  const subscribers = new Subscribers(balancer.port);
  const calls: ClientCalls = {
    open({ layout, first, count, perSubscriber }) {
      let opened = 0;
      const timer = setInterval(() => {
        for (let index = 0; index < AT_A_TIME && opened < count; index += 1) {
          subscribers.add(toWatched(layout, first + opened, perSubscriber));
          opened += 1;
        }
        if (opened === count) clearInterval(timer);
      }, 10);
    },
    ports: (ports) => balancer.set(ports),
    tally: () => subscribers.tally,
    told: () => [...subscribers.told()].map(([id, values]) => [id, [...values]] as const),
    lost: (told) => subscribers.countLost(new Map(told.map(([id, values]) => [id, new Set(values)]))),
  };
  process.on('message', ({ id, call, value }: ClientRequest) => {
    process.send?.({ id, value: (calls[call] as (given: unknown) => unknown)(value) });
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ id: 0, value: null });
}
