import type { FileLinks } from '../access/file-links.ts';
import type { RequestScope } from '../telemetry/scope.ts';
import type { ExportGateway } from './export-gateway.ts';

/** What every resolver gets: one caller's view of the gateway, made anew for each operation and for each event that is shown. */
export interface GatewayContext {
  /** Whose log lines are whose. */
  readonly scope: RequestScope;
  readonly exports: ExportGateway;
  readonly fileLinks: FileLinks;
}
