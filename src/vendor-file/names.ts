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

/** @param id - in kebab-case */
export function toSchemaNames(id: string): SchemaNames {
  const pascal = id.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return {
    exportType: `${pascal}Export`,
    locatorField: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    locatorType: `${pascal}Locator`,
    orderType: `${pascal}ExportOrder`,
  };
}
