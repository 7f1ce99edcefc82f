import type {
  HiEnergyExportResolvers,
  PowerBiExportResolvers,
  Resolvers,
  TalkdeskExportResolvers,
  WebAdmitExportResolvers,
} from '../generated/resolver-types.ts';
import type { CodedExportType } from '../vendor-types.ts';
import { exportFields } from './Export.ts';

const PowerBiExport: PowerBiExportResolvers = {
  ...exportFields,
  exportId: ({ details }) => details.exportId,
  reportId: ({ details }) => details.reportId,
  reportName: ({ details }) => details.reportName,
  groupId: ({ details }) => details.groupId,
  percentComplete: ({ details }) => details.percentComplete,
  resourceFileExtension: ({ details }) => details.resourceFileExtension,
  resourceLocation: ({ details }) => details.resourceLocation,
  expirationTime: ({ details }) => details.expirationTime,
  lastActionDateTime: ({ details }) => details.lastActionDateTime,
};

const HiEnergyExport: HiEnergyExportResolvers = {
  ...exportFields,
  exportId: ({ details }) => details.exportId,
  reportType: ({ details }) => details.reportType,
  displayName: ({ details }) => details.displayName,
  statusDisplay: ({ details }) => details.statusDisplay,
  parameters: ({ details }) => details.parameters,
  filename: ({ details }) => details.filename,
  errorMessage: ({ details }) => details.errorMessage,
  partsReady: ({ details }) => details.partsReady,
  totalParts: ({ details }) => details.totalParts,
  isChunked: ({ details }) => details.isChunked,
  parent: (chunk, _arguments, { exports }) => exports.parentOf(chunk),
};

const TalkdeskExport: TalkdeskExportResolvers = {
  ...exportFields,
  jobId: ({ details }) => details.jobId,
  reportType: ({ details }) => details.reportType,
  timezone: ({ details }) => details.timezone,
  format: ({ details }) => details.format,
  timespan: ({ details }) => details.timespan,
};

const WebAdmitExport: WebAdmitExportResolvers = {
  ...exportFields,
  exportId: ({ details }) => details.exportId,
  exportFileId: ({ details }) => details.exportFileId,
  userIdentityId: ({ details }) => details.userIdentityId,
  href: ({ details }) => details.href,
};

/** The resolvers of the coded vendors' own Export types. */
export const vendorExports = {
  PowerBiExport,
  HiEnergyExport,
  TalkdeskExport,
  WebAdmitExport,
} satisfies Required<Pick<Resolvers, CodedExportType>>;
