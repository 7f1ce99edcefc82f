import type { Export as DomainExport } from '../../export/export.ts';
import { isTerminal } from '../../export/export.ts';
import type { GatewayContext } from '../context.ts';
import type { ExportFileResolvers, ExportResolvers } from '../generated/resolver-types.ts';
import { exportType } from '../node.ts';

export const Export: Pick<ExportResolvers, '__resolveType'> = {
  __resolveType: exportType,
};

/** The fields of the interface, resolved alike for every vendor; those that are not here are properties of the export. */
export const exportFields = {
  id: ({ key }: DomainExport) => key.id,
  vendor: ({ key }: DomainExport, _arguments: object, { exports }: GatewayContext) =>
    exports.vendor(exports.account(key)),
  account: ({ key }: DomainExport, _arguments: object, { exports }: GatewayContext) => exports.account(key),
  isTerminal: ({ status }: DomainExport) => isTerminal(status),
  tracking: (parent: DomainExport, _arguments: object, { tracked }: GatewayContext) =>
    tracked.trackingOf(parent),
  estimate: (parent: DomainExport, _arguments: object, { tracked }: GatewayContext) =>
    tracked.estimateOf(parent),
  files: (parent: DomainExport, _arguments: object, { exports }: GatewayContext) => exports.files(parent),
};

export const ExportFile: Pick<ExportFileResolvers, 'url' | 'urlExpiresAt'> = {
  url: (file, _arguments, { fileLinks }) => fileLinks.linkTo(file).url,
  urlExpiresAt: (file, _arguments, { fileLinks }) => fileLinks.linkTo(file).expiresAt,
};
