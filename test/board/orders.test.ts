import { type GraphQLInputObjectType, getNamedType, isNonNullType } from 'graphql';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetOrders, keyOf, settle } from '../../src/board/start/order-keys.ts';
import { findFieldProblem, ORDERS, type OrderField, readOrder } from '../../src/board/start/orders.ts';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { schemaNames } from '../../src/vendor-file/names.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';

const KINDS: Readonly<Record<string, OrderField['kind']>> = { JSON: 'json', DateTime: 'instant' };

type PlainField = Pick<OrderField, 'name' | 'kind' | 'isRequired'>;

/** The fields of a vendor's order as the schema has them, in the form's words. */
function schemaFields(vendor: CodedVendorId): readonly PlainField[] {
  const orders = createSchema().getType('ExportOrder') as GraphQLInputObjectType;
  const order = orders.getFields()[schemaNames(vendor).locatorField];
  const fields = (getNamedType(order?.type) as GraphQLInputObjectType).getFields();
  return Object.values(fields)
    .filter(({ name }) => name !== 'account')
    .map(({ name, type }) => ({
      name,
      kind: KINDS[getNamedType(type).name] ?? 'text',
      isRequired: isNonNullType(type),
    }));
}

describe("the board's orders", () => {
  it.each(CODED_VENDOR_IDS)('have every field that the schema has for %s', (vendor) => {
    const { order, fields = [] } = ORDERS[vendor] ?? {};
    const plain = fields.map(({ name, kind, isRequired = false }) => ({ name, kind, isRequired }));
    const byName = (one: PlainField, other: PlainField) => (one.name < other.name ? -1 : 1);

    expect(order).toBe(schemaNames(vendor).locatorField);
    expect([...plain].sort(byName)).toEqual([...schemaFields(vendor)].sort(byName));
  });

  it('are made of what was typed, in UTC, and without what was left empty', () => {
    const from = '2026-11-01T00:00';

    const read = readOrder('talkdesk', 'desk', {
      reportType: ' calls ',
      from,
      to: '2026-11-02T00:00',
      name: ' ',
      parameters: '{ "queue": "sales" }',
    });

    expect(read).toEqual({
      order: {
        talkdesk: {
          account: 'desk',
          reportType: 'calls',
          from: new Date(from).toISOString(),
          to: new Date('2026-11-02T00:00').toISOString(),
          parameters: { queue: 'sales' },
        },
      },
    });
  });

  it('are not made of what cannot be read, and say so field by field', () => {
    const read = readOrder('talkdesk', 'desk', { from: 'yesterday', to: '', parameters: '[1]' });

    expect(read).toEqual({
      problems: {
        reportType: 'This has to be filled in.',
        from: 'This is no date and time.',
        to: 'This has to be filled in.',
        parameters: expect.stringContaining('JSON object'),
      },
    });
    expect(readOrder('hi-energy', 'hi', { reportType: 'x', searchParams: '{ not json' })).toHaveProperty(
      'problems.searchParams',
    );
  });

  it.each([
    ['power-bi', 'reportId', 'sales', 'a UUID'],
    ['power-bi', 'format', 'pdf', 'one of PDF, PPTX'],
    ['hi-energy', 'reportType', 'Deals Excel', 'one word of lower-case letters'],
    ['talkdesk', 'timezone', 'Lisbon!', 'an IANA time zone'],
    ['web-admit', 'exportId', '012', 'a whole number without zeros'],
  ])('of %s say of a wrong %s what it has to be', (vendor, name, typed, words) => {
    const field = ORDERS[vendor]?.fields.find((each) => each.name === name) as OrderField;

    expect(findFieldProblem(field, typed)).toContain(`This has to be ${words}`);
    expect(findFieldProblem(field, '')).toBe('');
    expect(readOrder(vendor, 'x', { [name]: typed })).toHaveProperty(`problems.${name}`);
  });

  it.each([
    ['power-bi', { reportId: '2b1f7a52-6d1c-4f5e-9b86-0d6f9a4e7c11', format: 'PDF' }],
    ['web-admit', { userIdentityId: '37518', exportId: '90210' }],
  ])('of %s take what the gateway takes', (vendor, typed) => {
    const read = readOrder(vendor, 'key', typed);

    const [order] = 'order' in read ? Object.entries(read.order) : [];
    const { account, ...input } = (order?.[1] ?? {}) as Record<string, unknown>;
    expect(account).toBe('key');
    expect(CODED_VENDORS[vendor as CodedVendorId].parseOrder(input, 'order')).toMatchObject(typed);
  });

  it('say that an end before its beginning is none', () => {
    const read = readOrder('talkdesk', 'desk', {
      reportType: 'calls',
      from: '2026-11-02T00:00',
      to: '2026-11-01T00:00',
    });

    expect(read).toEqual({ problems: { to: 'The end has to come after the beginning.' } });
  });
});

describe("the keys of the board's orders", () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => kept.set(name, value),
      removeItem: (name: string) => kept.delete(name),
    });
    return () => vi.unstubAllGlobals();
  });

  it('stay the same until an order is settled, whatever else is ordered meanwhile', () => {
    const order = { hiEnergy: { account: 'hi', reportType: 'deals_excel' } };
    const other = { hiEnergy: { account: 'hi', reportType: 'advertisers_csv' } };

    const first = keyOf(order);
    const between = keyOf(other);
    settle(other);
    const again = keyOf({ ...order });
    settle(order);
    const later = keyOf(order);

    expect(again).toBe(first);
    expect(new Set([first, between, later]).size).toBe(3);
    expect(first).toMatch(/^board-[0-9a-f]{32}$/);
  });

  it('leave nothing behind where nothing is unsettled, or everything is to be forgotten', () => {
    keyOf({ one: 1 });
    settle({ one: 1 });
    const afterTheEnd = sessionStorage.getItem('waybill.orders');
    const first = keyOf({ two: 2 });
    forgetOrders();

    expect(afterTheEnd).toBeNull();
    expect(sessionStorage.getItem('waybill.orders')).toBeNull();
    expect(keyOf({ two: 2 })).not.toBe(first);
  });
});
