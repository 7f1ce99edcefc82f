import type { VendorId } from '../export/vendor-id.ts';
import type { VendorDeclaration } from '../vendor-file/declaration.ts';
import { SHIPPED_DECLARATIONS } from '../vendor-file/generated/shipped.ts';
import { CODED_VENDORS } from './coded.ts';
import { toVendorDefinition } from './declared/vendor.ts';
import type { VendorDefinition } from './vendor.ts';

/** The vendors that a gateway speaks to. Which ones these are never changes while it runs; what a declared one says may. */
export class VendorCatalogue {
  /** In a fixed order: coded ones, those that come with Waybill, a user's own. */
  readonly all: readonly VendorDefinition[];
  private readonly byId: ReadonlyMap<VendorId, VendorDefinition>;

  /** @param own - the user's own vendor files; names are known to be unique */
  constructor(own: readonly VendorDeclaration[] = []) {
    const declared = [...SHIPPED_DECLARATIONS, ...own].map((declaration) => new DeclaredVendor(declaration));
    this.all = [...Object.values(CODED_VENDORS), ...declared];
    this.byId = new Map(this.all.map((vendor) => [vendor.id, vendor]));
  }

  get(id: VendorId): VendorDefinition | undefined {
    return this.byId.get(id);
  }

  /** @throws TypeError where there is no such vendor: only for ids that were checked */
  of(id: VendorId): VendorDefinition {
    const vendor = this.byId.get(id);
    if (vendor === undefined) throw new TypeError(`There is no vendor ${id}.`);
    return vendor;
  }

  /** Takes over what vendor files say now, for accounts that are opened from then on; those without a vendor here are passed over. */
  replace(own: readonly VendorDeclaration[]): void {
    for (const declaration of own) {
      const vendor = this.byId.get(declaration.id);
      if (vendor instanceof DeclaredVendor) vendor.replace(declaration);
    }
  }
}

/** A vendor of a file: one and the same object for all who hold it, compiled when it is first used, and anew when its file has changed. */
class DeclaredVendor implements VendorDefinition {
  readonly id: VendorId;
  private declaration: VendorDeclaration;
  private compiled: VendorDefinition | undefined;

  constructor(declaration: VendorDeclaration) {
    this.id = declaration.id;
    this.declaration = declaration;
  }

  replace(declaration: VendorDeclaration): void {
    this.declaration = declaration;
    this.compiled = undefined;
  }

  get name() {
    return this.declaration.name;
  }

  get capabilities() {
    return this.definition.capabilities;
  }

  get locator() {
    return this.definition.locator;
  }

  get orderHints(): VendorDefinition['orderHints'] {
    const { locator, start } = this.declaration;
    return Object.fromEntries(
      Object.entries({ ...locator, ...start?.order }).map(([name, { pattern, example }]) => [
        name,
        { pattern: pattern ?? undefined, example },
      ]),
    );
  }

  get parseOrder() {
    return this.definition.parseOrder;
  }

  get kindOf() {
    return this.definition.kindOf;
  }

  get readCallback(): VendorDefinition['readCallback'] {
    return this.definition.readCallback;
  }

  get createAccount() {
    return this.definition.createAccount;
  }

  private get definition(): VendorDefinition {
    this.compiled ??= toVendorDefinition(this.declaration);
    return this.compiled;
  }
}
