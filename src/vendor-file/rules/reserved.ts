/** Fields that every export has: what is this vendor's alone has another name. */
export const EXPORT_FIELDS: ReadonlySet<string> = new Set([
  'account',
  'createdAt',
  'estimate',
  'failure',
  'files',
  'finishedAt',
  'id',
  'isTerminal',
  'name',
  'observation',
  'outcome',
  'progress',
  'rawStatus',
  'startedAt',
  'status',
  'tracking',
  'transitions',
  'updatedAt',
  'vendor',
]);

/** Names that every object of JavaScript's knows, and `toString` of those is one that is called by itself. */
export const OBJECT_NAMES: ReadonlySet<string> = new Set(
  Object.getOwnPropertyNames(Object.prototype).filter((name) => /^[a-z]/i.test(name)),
);

/** The schema's own types, as far as a vendor's could be called the same: those that end as its types do. */
export const SCHEMA_TYPES: ReadonlySet<string> = new Set(['Export', 'ExportLocator', 'ExportOrder']);

/** Fields of `ExportLocator` and `ExportOrder` that are no vendor's. */
export const LOCATOR_FIELDS: ReadonlySet<string> = new Set(['account', 'id', 'text']);
