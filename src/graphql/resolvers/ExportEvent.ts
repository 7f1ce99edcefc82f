import type { ExportEventResolvers } from '../generated/resolver-types.ts';

export const ExportEvent: Pick<ExportEventResolvers, '__resolveType'> = { __resolveType: ({ type }) => type };
