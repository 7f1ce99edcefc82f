import type {
  HiEnergyExportResolvers,
  PowerBiExportResolvers,
  TalkdeskExportResolvers,
  WebAdmitExportResolvers,
} from '../generated/resolver-types.ts';
import { exportFields } from './Export.ts';

export const PowerBiExport: PowerBiExportResolvers = {
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

export const HiEnergyExport: HiEnergyExportResolvers = {
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

export const TalkdeskExport: TalkdeskExportResolvers = {
  ...exportFields,
  jobId: ({ details }) => details.jobId,
  reportType: ({ details }) => details.reportType,
  timezone: ({ details }) => details.timezone,
  format: ({ details }) => details.format,
  timespan: ({ details }) => details.timespan,
};

export const WebAdmitExport: WebAdmitExportResolvers = {
  ...exportFields,
  exportId: ({ details }) => details.exportId,
  exportFileId: ({ details }) => details.exportFileId,
  userIdentityId: ({ details }) => details.userIdentityId,
  href: ({ details }) => details.href,
};
