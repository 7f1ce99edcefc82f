/** A vendor's names in the schema, all made from its id. */
export interface SchemaNames {
  /** `AcmeReportsExport` */
  readonly exportType: string;
  /** The field of `ExportLocator` and `ExportOrder`: `acmeReports`. */
  readonly locatorField: string;
  /** `AcmeReportsLocator` */
  readonly locatorType: string;
  /** `AcmeReportsExportOrder` */
  readonly orderType: string;
}

/** Asked for with every export that is shown; there are as many as vendors. */
const KNOWN = new Map<string, SchemaNames>();

/** @param vendor - its id, in kebab-case, of a vendor that there is */
export function schemaNames(vendor: string): SchemaNames {
  let names = KNOWN.get(vendor);
  if (names === undefined) {
    names = toSchemaNames(vendor);
    KNOWN.set(vendor, names);
  }
  return names;
}

/** As `schemaNames`, of any text. */
export function toSchemaNames(id: string): SchemaNames {
  const pascal = id.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return {
    exportType: `${pascal}Export`,
    locatorField: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    locatorType: `${pascal}Locator`,
    orderType: `${pascal}ExportOrder`,
  };
}
