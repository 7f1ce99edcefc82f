import type { FileLinks } from '../export/file-links.ts';
import type { ExportGateway } from './export-gateway.ts';

/** What every resolver gets: one caller's view of the gateway, made anew for each operation. */
export interface GatewayContext {
  readonly tenant: string;
  readonly exports: ExportGateway;
  readonly fileLinks: FileLinks;
  /**
   * The same view for one event of a subscription: with loaders of its own, and not tied to the one subscriber for whom it
   * happens to be made.
   */
  forOneEvent(): GatewayContext;
}
