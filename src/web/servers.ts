import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from './health.ts';
import type { HttpServer } from './http-server.ts';
import { createListener, createOperatorsListener, type ListenerSettings, type Routes } from './listener.ts';

/** How long answers in flight may take to finish once the gateway drains. */
const DRAIN_GRACE_MS = 10_000;

export interface Addresses {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Where metrics have a port of their own. */
  readonly metricsPort?: number | undefined;
}

/** The gateway's ports while they are open. */
export interface Servers {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  /** Takes no new connection, lets answers in flight finish, and ends with everything closed. @param streams - ended first */
  drain(streams: () => Promise<void>, sockets: () => Promise<void>): Promise<void>;
}

/** Listens. Rejects where a port cannot be had. */
export async function openServers(
  routes: Omit<Routes, 'health' | 'metrics'> & { readonly metrics: NonNullable<Routes['metrics']> },
  health: Health,
  { host, port, metricsPort }: Addresses,
  settings: ListenerSettings,
): Promise<Servers> {
  const { metrics } = routes;
  const listener = createListener(
    { ...routes, health, metrics: metricsPort === undefined ? metrics : null },
    settings,
  );
  const operators = createOperatorsListener({ metrics, health }, settings);
  if (metricsPort !== undefined) await listen(operators, host, metricsPort);
  const url = await listen(listener, host, port).catch((error: unknown) => {
    closeAll(operators);
    throw error;
  });

  return {
    url,
    async drain(streams, sockets) {
      const closed = new Promise((resolve) => listener.close(resolve));
      await streams();
      listener.closeWhenIdle();
      const grace = setTimeout(() => listener.closeAllConnections(), DRAIN_GRACE_MS);
      await Promise.all([sockets(), closed]);
      clearTimeout(grace);
      closeAll(operators);
    },
  };
}

function closeAll(server: HttpServer): void {
  server.close();
  server.closeAllConnections();
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${address.port}`);
    });
  });
}
