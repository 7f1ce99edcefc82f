import fc from 'fast-check';
import { buildASTSchema, type GraphQLInputObjectType, isNonNullType } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  knownOrderForm,
  ORDER_FIELDS,
  type OrderForm,
  parseOrderArguments,
  toOrderForm,
  toUnknownVendor,
} from '../../src/cli/order-arguments.ts';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { servedSchema } from '../../src/graphql/generated/served-schema.ts';

const orders = (buildASTSchema(servedSchema).getType('ExportOrder') as GraphQLInputObjectType).getFields();

const KINDS: Readonly<Record<string, string>> = {
  ID: 'text',
  String: 'text',
  JSON: 'json',
  DateTime: 'instant',
};

/** Reads an order of a vendor that this version knows. */
function read(vendor: string, words: readonly string[]) {
  return parseOrderArguments(knownOrderForm(vendor) as OrderForm, words);
}

/** The problems that these words are refused with. */
function problemsOf(vendor: string, ...words: readonly string[]): readonly string[] {
  try {
    read(vendor, words);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

describe('the fields of an order', () => {
  it('are those of the schema, for every coded vendor of it', () => {
    const known = CODED_VENDOR_IDS.map((vendor) => ORDER_FIELDS[vendor].order);

    expect(Object.keys(orders)).toEqual(expect.arrayContaining([...known]));
  });

  it.each(CODED_VENDOR_IDS)('of %s are as the schema has them', (vendor) => {
    const { order, fields } = ORDER_FIELDS[vendor];
    const input = orders[order]?.type as GraphQLInputObjectType;
    const rules = Object.values(input.getFields()).map(({ name, type }) => {
      const kind = KINDS[String(type).replace('!', '')];
      return [name, isNonNullType(type) ? `${kind}!` : kind];
    });

    expect(fields).toEqual(Object.fromEntries(rules));
  });

  it('are read by what they are: a brace in a text is text', () => {
    expect(
      read('hi-energy', [
        'reportType={x}=y',
        'searchParams={"status": "active", "limit": [1]}',
        'account=hi',
      ]),
    ).toEqual({
      hiEnergy: {
        reportType: '{x}=y',
        searchParams: { status: 'active', limit: [1] },
        account: 'hi',
      },
    });
  });

  it.each([
    ['2026-11-01T00:00:00Z', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01t01:30:00.25+01:30', '2026-11-01T00:00:00.250Z'],
    ['2024-02-29T23:59:59-00:00', '2024-02-29T23:59:59.000Z'],
  ])('may be the instant %s', (text, instant) => {
    const order = read('talkdesk', ['reportType=calls', `from=${text}`, `to=${text}`]);

    expect(order.talkdesk).toEqual({ reportType: 'calls', from: instant, to: instant });
  });

  it.each([
    '2026-11-01',
    '2026-11-01 00:00:00Z',
    '2026-11-01T00:00:00',
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-01T24:00:00Z',
    '2026-11-01T00:00:60Z',
    '2026-11-01T00:00:00+25:00',
    '1793491200000',
    '{}',
    '',
  ])('is not the instant %j', (text) => {
    expect(problemsOf('talkdesk', 'reportType=calls', `from=${text}`, 'to=2026-11-01T00:00:00Z')).toEqual([
      'from cannot be read: give an RFC 3339 instant, from=2026-11-01T00:00:00Z.',
    ]);
  });

  it.each(['x', '[]', '"{}"', '{', '{a: 1}', '7', ''])('is not the JSON object %j', (text) => {
    expect(problemsOf('hi-energy', 'reportType=a', `indexParams=${text}`)).toEqual([
      "indexParams cannot be read: give a JSON object, indexParams='{ … }'.",
    ]);
  });

  it('are told with every problem at once', () => {
    expect(
      problemsOf('power-bi', 'reportid=1', 'format=PDF', 'format=PNG', 'PDF', '=x', '__proto__=y'),
    ).toEqual([
      'Power BI orders have no "reportid": there are account, groupId, reportId, format, reportConfiguration, paginatedReportConfiguration. Did you mean reportId?',
      'format is given twice.',
      '"PDF" is no KEY=VALUE.',
      '"=x" is no KEY=VALUE.',
      'Power BI orders have no "__proto__": there are account, groupId, reportId, format, reportConfiguration, paginatedReportConfiguration.',
      'reportId is missing: give reportId=….',
    ]);
  });

  it.each([
    ['talkdisk', ' Did you mean talkdesk?'],
    ['powerBi', ' Did you mean power-bi?'],
    ['salesforce', ''],
    ['\u001b[2Jx', ''],
  ])('are of no vendor %j', (vendor, suggestion) => {
    expect(toUnknownVendor(vendor, CODED_VENDOR_IDS).message).toBe(
      `"${vendor.replace('\u001b[2J', '')}" is no vendor that exports can be started at: it is one of ${CODED_VENDOR_IDS.join(', ')}.${suggestion}`,
    );
  });

  it('take any text but a blank one as it is, and never speak to the terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (value, junk) => {
        fc.pre(value.trim() !== '');
        const words = ['userIdentityId=1', `exportId=${value}`];

        expect(read('web-admit', words)).toEqual({
          webAdmit: { userIdentityId: '1', exportId: value },
        });
        for (const problem of problemsOf('web-admit', junk, `${junk}=x`)) {
          expect(problem).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
        }
      }),
      { seed: 20_261_129 },
    );
  });

  it('of a vendor that only the gateway knows are read in the types that it tells', () => {
    const nothing = { description: null, example: null, isRequired: false };
    const form = toOrderForm({
      key: 'acme-reports',
      name: 'Acme Reports',
      input: 'acmeReports',
      capabilities: { canStart: true },
      locator: [],
      order: [
        { ...nothing, name: 'templateId', type: 'ID!', isRequired: true },
        { ...nothing, name: 'columns', type: '[String!]' },
        { ...nothing, name: 'filters', type: 'JSON' },
        { ...nothing, name: 'rows', type: 'Int' },
        { ...nothing, name: 'share', type: 'Float' },
        { ...nothing, name: 'from', type: 'DateTime' },
        { ...nothing, name: 'isDraft', type: 'Boolean' },
      ],
    });
    const words = [
      'templateId=12',
      'columns=id, name',
      'filters=["a"]',
      'rows=10',
      'share=0.5',
      'isDraft=false',
    ];

    expect(parseOrderArguments(form, [...words, 'from=2026-11-01T00:00:00Z', 'account=eu'])).toEqual({
      acmeReports: {
        account: 'eu',
        templateId: '12',
        columns: ['id', 'name'],
        filters: ['a'],
        rows: 10,
        share: 0.5,
        isDraft: false,
        from: '2026-11-01T00:00:00.000Z',
      },
    });
    expect(() =>
      parseOrderArguments(form, ['rows=1.5', 'share=x', 'isDraft=no', 'filters={', 'more=1']),
    ).toThrow(
      [
        'rows cannot be read: give a whole number, rows=10.',
        'share cannot be read: give a number, share=0.5.',
        'isDraft cannot be read: give true or false, isDraft=true.',
        "filters cannot be read: give JSON, filters='{ … }'.",
        'Acme Reports orders have no "more": there are account, templateId, columns, filters, rows, share, from, isDraft.',
        'templateId is missing: give templateId=….',
      ].join('\n'),
    );
  });
});
