import {
  type GraphQLInputFieldMap,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isNonNullType,
} from 'graphql';
import type { VendorInfo } from '../export/ports.ts';
import { schemaNames } from '../vendor-file/names.ts';
import type { LocatorField, OrderField } from './generated/resolver-types.ts';

/** The ids of a vendor's locator, described as its input type describes them. */
export function toLocatorFields({ id, locator }: VendorInfo, schema: GraphQLSchema): readonly LocatorField[] {
  const described = inputFields(schema, 'ExportLocator', id);
  return Object.entries(locator).map(([name, { isOptional, allowed, pattern, example }]) => ({
    name,
    description: described[name]?.description ?? allowed,
    isOptional,
    pattern: pattern ?? null,
    example: example ?? null,
  }));
}

/** What a vendor's order holds, as its input type says it; the account aside, which every order has. */
export function toOrderFields(
  { id, orderHints = {} }: VendorInfo,
  schema: GraphQLSchema,
): readonly OrderField[] {
  const { account: _account, ...fields } = inputFields(schema, 'ExportOrder', id);
  return Object.values(fields).map(({ name, type, description }) => {
    const { pattern, example } = (Object.hasOwn(orderHints, name) && orderHints[name]) || {};
    return {
      name,
      type: String(type),
      isRequired: isNonNullType(type),
      description: description ?? null,
      pattern: pattern ?? null,
      example: example ?? null,
    };
  });
}

/** The fields of one vendor's own input, behind its field of the `@oneOf` object; none where it has no such field. */
function inputFields(
  schema: GraphQLSchema,
  oneOf: 'ExportLocator' | 'ExportOrder',
  vendor: string,
): Readonly<GraphQLInputFieldMap> {
  const all = schema.getType(oneOf);
  const field = isInputObjectType(all) ? all.getFields()[schemaNames(vendor).locatorField] : undefined;
  const own = field === undefined ? undefined : getNamedType(field.type);
  return isInputObjectType(own) ? own.getFields() : {};
}
