import { readFileSync } from 'node:fs';
import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { type FakedGateway, GROUP_ID, lastSegment, startFakedGateway, toLocator } from './support.ts';

const POWER_BI_ID = 'Mi9CbG9iSWRWMi0wMDAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDFhYmNkZWY9Lg==';
const POWER_BI_REPORT = 'bbbbbbbb-0000-4000-8000-000000000002';
const TALKDESK_ID = '00000000-0000-4000-8000-0000000000a1';

/** When every vendor gives its answers: the manual clock's first instant. */
const NOW = '2026-11-22T10:00:00.000Z';
const LINKS_END = '2026-11-22T10:15:00.000Z';

const COMMON = /* GraphQL */ `
  fragment Common on Export {
    __typename id vendor { key } account { key } name status rawStatus isTerminal outcome
    failure { code message isRetryable retryAfterMs }
    progress { percent completedParts totalParts }
    createdAt startedAt updatedAt finishedAt
    files { name mediaType url urlExpiresAt availableUntil }
    observation { observedAt nextPollAt throttledUntil isStale }
    transitions { from to rawStatus at }
    tracking { label startedHere trackedBy trackedAt keptUntil }
    estimate { finishAt finishAtLatest basedOn }
  }
`;

const OWN_FIELDS = {
  PowerBiExport: `exportId reportId reportName groupId percentComplete resourceFileExtension resourceLocation
    expirationTime lastActionDateTime`,
  HiEnergyExport: `exportId reportType displayName statusDisplay parameters filename errorMessage partsReady
    totalParts isChunked parent { id }`,
  TalkdeskExport: 'jobId reportType timezone format timespan { from to }',
  WebAdmitExport: 'exportId exportFileId userIdentityId href',
} as const;

let gateway: FakedGateway;
beforeAll(async () => {
  gateway = await startFakedGateway({
    tools: { clock: createManualClock() },
    vendors: {
      'power-bi': () => ({ body: readFixture('power-bi/export-succeeded-workspace') }),
      'hi-energy': ({ url }) => ({
        body: url.includes('?') ? { exports: SEEN } : (HI_ENERGY[lastSegment(url)] ?? {}),
      }),
      talkdesk: () => ({ body: readFixture('talkdesk/done') }),
      'web-admit': ({ url }) => ({
        body: readFixture(url.endsWith('74784') ? 'web-admit/failed' : 'web-admit/available'),
      }),
    },
  });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const HI_ENERGY: Readonly<Record<string, object>> = {
  '4212': readFixture('hi-energy/processing-chunked'),
  '4213': readFixture('hi-energy/completed'),
  '4214': readFixture('hi-energy/failed'),
  '4215': { export: { id: 4215, report_type: 'deals_excel', status: 'pending', parent_report_id: 4212 } },
};

/** Exports of the type of 4212 that took one to five minutes. */
const SEEN = [1, 2, 3, 4, 5].map((minutes) => ({
  id: 4_300 + minutes,
  report_type: 'clicks_details_excel',
  status: 'completed',
  created_at: '2026-05-18T08:00:00Z',
  completed_at: `2026-05-18T08:0${minutes}:00Z`,
}));

async function read(type: keyof typeof OWN_FIELDS, locator: object) {
  const query = `query ($locator: ExportLocator!) {
    export(locator: $locator) { ...Common ... on ${type} { ${OWN_FIELDS[type]} } }
  } ${COMMON}`;
  const { data, errors } = await gateway.query(query, { locator });
  expect(errors).toEqual([]);
  return data.export;
}

const OBSERVED = { observedAt: NOW, nextPollAt: null, throttledUntil: null, isStale: false };
const GLOBAL_ID = expect.stringMatching(/^[\w-]{20,}$/);
const FILE_URL = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/files\/[\w-]+\.[\w-]+$/);

describe("each vendor's own type", () => {
  it('tells all of a finished Power BI export', async () => {
    const ids = { groupId: GROUP_ID, reportId: POWER_BI_REPORT, exportId: POWER_BI_ID };

    const answer = await read('PowerBiExport', toLocator('power-bi', ids));

    expect(answer).toEqual({
      __typename: 'PowerBiExport',
      id: GLOBAL_ID,
      vendor: { key: 'power-bi' },
      account: { key: 'bi' },
      name: 'Sales overview',
      status: 'SUCCEEDED',
      rawStatus: 'Succeeded',
      isTerminal: true,
      outcome: 'COMPLETE',
      failure: null,
      progress: { percent: 100, completedParts: null, totalParts: null },
      createdAt: '2024-03-01T17:17:59.827Z',
      startedAt: null,
      updatedAt: '2024-03-01T17:18:40.770Z',
      finishedAt: '2024-03-01T17:18:40.770Z',
      files: [
        {
          name: 'Sales overview.zip',
          mediaType: 'application/zip',
          url: FILE_URL,
          urlExpiresAt: LINKS_END,
          availableUntil: '2024-03-02T17:18:01.500Z',
        },
      ],
      observation: OBSERVED,
      transitions: [],
      tracking: null,
      estimate: null,
      ...ids,
      reportName: 'Sales overview',
      percentComplete: 100,
      resourceFileExtension: '.zip',
      resourceLocation: expect.stringMatching(/^https:\/\/api\.powerbi\.com\/.*\/file$/),
      expirationTime: '2024-03-02T17:18:01.500Z',
      lastActionDateTime: '2024-03-01T17:18:40.770Z',
    });
  });

  it('tells all of a Hi Energy export that is running in chunks', async () => {
    const answer = await read('HiEnergyExport', toLocator('hi-energy', { exportId: '4212' }));

    expect(answer).toEqual({
      __typename: 'HiEnergyExport',
      id: GLOBAL_ID,
      vendor: { key: 'hi-energy' },
      account: { key: 'hi' },
      name: 'Click details',
      status: 'RUNNING',
      rawStatus: 'processing',
      isTerminal: false,
      outcome: null,
      failure: null,
      progress: { percent: 37, completedParts: 3, totalParts: 8 },
      createdAt: '2026-05-18T09:00:00.000Z',
      startedAt: '2026-05-18T09:00:04.000Z',
      updatedAt: '2026-05-18T09:02:10.000Z',
      finishedAt: null,
      files: null,
      observation: OBSERVED,
      transitions: [],
      tracking: null,
      estimate: null,
      exportId: '4212',
      reportType: 'clicks_details_excel',
      displayName: 'Click details',
      statusDisplay: 'Processing',
      parameters: {},
      filename: null,
      errorMessage: null,
      partsReady: 3,
      totalParts: 8,
      isChunked: true,
      parent: null,
    });
  });

  it('tells how an export is tracked, and when it will probably end, once five like it have been seen', async () => {
    const locator = toLocator('hi-energy', { exportId: '4212' });
    await gateway.query('{ recentExports { nodes { id } } }');
    const mutation = `mutation ($locator: ExportLocator!) {
      trackExport(locator: $locator, label: "Clicks") { export { id } tracking { label } }
    }`;
    await gateway.query(mutation, { locator });

    const answer = await read('HiEnergyExport', locator);

    expect(answer).toMatchObject({
      tracking: {
        label: 'Clicks',
        startedHere: false,
        trackedBy: 'anonymous',
        trackedAt: NOW,
        keptUntil: null,
      },
      estimate: {
        finishAt: '2026-05-18T09:03:00.000Z',
        finishAtLatest: '2026-05-18T09:05:00.000Z',
        basedOn: 5,
      },
    });
    await gateway.query(
      'mutation ($locator: ExportLocator!) { untrackExport(locator: $locator) { wasTracked } }',
      { locator },
    );
  });

  it('tells why a Hi Energy export failed, as data', async () => {
    const answer = await read('HiEnergyExport', toLocator('hi-energy', { exportId: '4214' }));

    expect(answer).toMatchObject({
      status: 'FAILED',
      isTerminal: true,
      outcome: null,
      failure: {
        code: null,
        message: 'Export could not be generated',
        isRetryable: false,
        retryAfterMs: null,
      },
      files: [],
      errorMessage: 'Export could not be generated',
    });
  });

  it('reads the parent of a chunk', async () => {
    const parent = await read('HiEnergyExport', toLocator('hi-energy', { exportId: '4212' }));
    const chunk = await read('HiEnergyExport', toLocator('hi-energy', { exportId: '4215' }));

    expect(chunk.parent).toEqual({ id: parent.id });
  });

  it('tells all of a finished Talkdesk job', async () => {
    const ids = { reportType: 'calls', jobId: TALKDESK_ID };

    const answer = await read('TalkdeskExport', toLocator('talkdesk', ids));

    expect(answer).toEqual({
      __typename: 'TalkdeskExport',
      id: GLOBAL_ID,
      vendor: { key: 'talkdesk' },
      account: { key: 'desk' },
      name: 'Calls',
      status: 'SUCCEEDED',
      rawStatus: 'done',
      isTerminal: true,
      outcome: 'COMPLETE',
      failure: null,
      progress: null,
      createdAt: null,
      startedAt: null,
      updatedAt: null,
      finishedAt: null,
      files: [
        {
          name: 'Calls.json',
          mediaType: 'application/json',
          url: FILE_URL,
          urlExpiresAt: LINKS_END,
          availableUntil: null,
        },
      ],
      observation: OBSERVED,
      transitions: [],
      tracking: null,
      estimate: null,
      ...ids,
      timezone: 'UTC',
      format: 'json',
      timespan: { from: '2024-05-01T00:00:00.000Z', to: '2024-05-02T00:00:00.000Z' },
    });
  });

  it('tells all of a finished WebAdMIT run, the identity from the locator', async () => {
    const ids = { userIdentityId: '37442', exportId: '86466', exportFileId: '74780' };

    const answer = await read('WebAdmitExport', toLocator('web-admit', ids));

    expect(answer).toEqual({
      __typename: 'WebAdmitExport',
      id: GLOBAL_ID,
      vendor: { key: 'web-admit' },
      account: { key: 'admit' },
      name: 'Test-API-Export.csv',
      status: 'SUCCEEDED',
      rawStatus: 'Available',
      isTerminal: true,
      outcome: 'COMPLETE',
      failure: null,
      progress: null,
      createdAt: null,
      startedAt: null,
      updatedAt: null,
      finishedAt: null,
      files: [
        {
          name: 'Test-API-Export.csv',
          mediaType: 'text/csv;charset=iso-8859-1',
          url: FILE_URL,
          urlExpiresAt: LINKS_END,
          availableUntil: null,
        },
      ],
      observation: OBSERVED,
      transitions: [],
      tracking: null,
      estimate: null,
      ...ids,
      href: '/api/v1/exports/86466/export_files/74780',
    });
  });

  it('tells a failed WebAdMIT run without any file', async () => {
    const answer = await read(
      'WebAdmitExport',
      toLocator('web-admit', { exportId: '86466', exportFileId: '74784' }),
    );

    expect(answer).toMatchObject({
      status: 'FAILED',
      rawStatus: 'Failed',
      failure: { isRetryable: false },
      files: [],
      userIdentityId: null,
    });
  });

  it.each(Object.keys(OWN_FIELDS) as (keyof typeof OWN_FIELDS)[])(
    'has no field of %s untold above',
    (name) => {
      const type = createSchema().getType(name);
      const asked: readonly string[] = `${COMMON} ${OWN_FIELDS[name]}`.match(/\w+/g) ?? [];

      const fields = isObjectType(type) ? Object.keys(type.getFields()) : [];

      expect(fields.length).toBeGreaterThan(20);
      expect(fields.filter((field) => !asked.includes(field))).toEqual([]);
    },
  );
});

function readFixture(name: string): object {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'));
}
