import type { Vendor } from '@waybill/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { orderForm, readOrder } from '../../src/board/start/orders.ts';
import { readLocator } from '../../src/board/words/locators.ts';
import { learnVendors, vendorName } from '../../src/board/words/vendors.ts';

const NOTHING = { pattern: null, example: null, description: null };

/** A vendor that the board has no line about, as the gateway tells of it. */
const ACME: Vendor = {
  id: 'x',
  key: 'acme-reports',
  name: 'Acme Reports',
  input: 'acmeReports',
  capabilities: { canCancel: true, canList: true, canStart: true, reportsProgress: true, reportsTimes: true },
  locator: [
    { ...NOTHING, name: 'projectId', isOptional: true, pattern: '[0-9]{1,19}', example: '7' },
    {
      name: 'jobId',
      isOptional: false,
      pattern: '[a-z0-9]+',
      example: 'job1',
      description: 'The id of the job.',
    },
  ],
  order: [
    {
      name: 'templateId',
      type: 'ID!',
      isRequired: true,
      description: 'The template’s id.',
      pattern: '[0-9]+',
      example: '12',
    },
    { ...NOTHING, name: 'columns', type: '[String!]', isRequired: false },
    { ...NOTHING, name: 'filters', type: 'JSON', isRequired: false },
    { ...NOTHING, name: 'rows', type: 'Int', isRequired: false },
    { ...NOTHING, name: 'share', type: 'Float', isRequired: false },
    { ...NOTHING, name: 'from', type: 'DateTime', isRequired: false },
    { ...NOTHING, name: 'isDraft', type: 'Boolean', isRequired: false },
  ],
};

const problemOf = (text: string) => {
  const read = readLocator(text);
  return 'problem' in read ? read.problem : '';
};

describe('a vendor that only the gateway knows', () => {
  beforeEach(() => learnVendors([ACME]));
  afterEach(() => learnVendors([]));

  it.each([
    ['acme-reports:7/job1', 'Acme Reports: 7, job1.'],
    ['eu@acme-reports:job1', 'Acme Reports, account eu: job1.'],
  ])('has locators: %s is left to the gateway', (text, says) => {
    expect(readLocator(` ${text} `)).toEqual({ locator: { text }, says });
    expect(vendorName('acme-reports')).toBe('Acme Reports');
  });

  it.each([
    ['acme-reports:JOB', '“JOB” is no job id of Acme Reports: that is one like job1.'],
    ['acme-reports:x/job1', '“x” is no project id of Acme Reports: that is one like 7.'],
    [
      'acme-reports:1/2/3',
      'Write acme-reports:jobId or acme-reports:projectId/jobId, such as acme-reports:job1.',
    ],
    ['acme:1', 'There is no vendor “acme”. Known here are acme-reports.'],
  ])('has its mistakes told: %s', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it('is let through as long as the gateway has not told of any', () => {
    learnVendors([]);

    expect(readLocator('acme-reports:JOB')).toHaveProperty('locator.text', 'acme-reports:JOB');
  });

  it('has a form for its orders, and an order in the types of the schema', () => {
    expect(orderForm('acme-reports')?.fields[0]).toMatchObject({
      label: 'Template id',
      hint: 'The template’s id, such as 12',
      kind: 'text',
      isRequired: true,
    });

    const read = readOrder('acme-reports', 'eu', {
      templateId: ' 12 ',
      columns: 'id\n\n name ',
      filters: '["a"]',
      rows: '10',
      share: '0.5',
      from: '2026-11-01T00:00Z',
      isDraft: 'false',
    });

    expect(read).toEqual({
      order: {
        acmeReports: {
          account: 'eu',
          templateId: '12',
          columns: ['id', 'name'],
          filters: ['a'],
          rows: 10,
          share: 0.5,
          from: '2026-11-01T00:00:00.000Z',
          isDraft: false,
        },
      },
    });
  });

  it('has what was typed wrong told field by field', () => {
    const read = readOrder('acme-reports', 'eu', {
      templateId: 'x',
      filters: '{',
      rows: '1.5',
      share: 'half',
      isDraft: 'no',
    });

    expect(read).toEqual({
      problems: {
        templateId: 'This has to be one like 12.',
        filters: expect.stringContaining('no JSON'),
        rows: 'This is no whole number.',
        share: 'This is no number.',
        isDraft: 'This has to be true or false.',
      },
    });
  });

  it('has no form where it starts nothing', () => {
    learnVendors([{ ...ACME, capabilities: { ...ACME.capabilities, canStart: false } }]);

    expect(orderForm('acme-reports')).toBeUndefined();
    expect(orderForm('hi-energy')?.order).toBe('hiEnergy');
  });
});
