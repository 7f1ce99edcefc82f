import type { FileLinks } from '../access/file-links.ts';
import type { AccessSession, SessionListener } from '../access/sessions.ts';
import type { OperationRun } from '../operations/operation-run.ts';
import type { ExportGateway } from './export-gateway.ts';

/** What every resolver gets: one caller's view of the gateway, made anew for each operation. */
export interface GatewayContext {
  readonly tenant: string;
  readonly exports: ExportGateway;
  readonly fileLinks: FileLinks;
  /** Told why a stream ends; only over HTTP, where Yoga adds it from what the request came with. */
  readonly run?: OperationRun | undefined;
  /** Begins a session of this caller for a stream that stands by itself; a websocket has one for all of its streams. */
  openSession(listener: SessionListener): AccessSession;
  /**
   * The same view for one event of a subscription: with loaders of its own, and not tied to the one subscriber for whom it
   * happens to be made.
   */
  forOneEvent(): GatewayContext;
}
