/** Exports and accounts as a day at a company with all four vendors would have them. */
import type { Account, Export, ExportTransition, Phase, Status } from '@waybill/client';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const VENDORS = {
  'power-bi': { name: 'Power BI', account: 'bi', canCancel: false, canList: false },
  'hi-energy': { name: 'Hi Energy', account: 'hi', canCancel: false, canList: true },
  talkdesk: { name: 'Talkdesk', account: 'desk', canCancel: true, canList: true },
  'web-admit': { name: 'WebAdMIT', account: 'admit', canCancel: false, canList: true },
} as const;
type VendorKey = keyof typeof VENDORS;

const PHASES: Readonly<Record<string, Phase>> = {
  QUEUED: 'waiting',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELED: 'gone',
  EXPIRED: 'gone',
};

export function ago(ms: number): Date {
  return new Date(Date.now() - ms);
}

export function ahead(ms: number): Date {
  return new Date(Date.now() + ms);
}

export function file(name: string, mediaType: string | null = null) {
  return {
    name,
    mediaType,
    url: `${location.origin}/files/token-of-${encodeURIComponent(name)}`,
    urlExpiresAt: ahead(15 * MINUTE),
    availableUntil: null,
  };
}

const IDS: Readonly<Record<VendorKey, (n: number) => readonly (string | null)[]>> = {
  'power-bi': (n) => [
    'f089354e-8366-4e18-aea3-4cb4a3a50b48',
    'a1b2c3d4-0000-4000-8000-000000000001',
    `Mi9CbG9iSWRWMi0${n}`,
  ],
  'hi-energy': (n) => [String(4_200 + n)],
  talkdesk: (n) => ['calls', `6f1c3c1e09b${n}`],
  'web-admit': (n) => [null, '86446', String(74_700 + n)],
};

const DETAILS: Readonly<Record<VendorKey, (n: number) => Record<string, unknown>>> = {
  'power-bi': (n) => ({
    exportId: `Mi9CbG9iSWRWMi0${n}`,
    reportId: 'a1b2c3d4-0000-4000-8000-000000000001',
    reportName: 'Sales by region',
    groupId: 'f089354e-8366-4e18-aea3-4cb4a3a50b48',
    percentComplete: 70,
    resourceFileExtension: '.pdf',
  }),
  'hi-energy': (n) => ({
    exportId: String(4_200 + n),
    reportType: 'deals_excel',
    displayName: 'Deals',
    statusDisplay: 'Wird verarbeitet',
    parameters: { search_params: { q: 'shoes', status: 'active' } },
    partsReady: 3,
    totalParts: 5,
    isChunked: true,
  }),
  talkdesk: (n) => ({
    jobId: `6f1c3c1e09b${n}`,
    reportType: 'calls',
    timezone: 'Europe/Lisbon',
    format: 'csv',
    timespan: { from: '2026-11-01T00:00:00.000Z', to: '2026-11-28T00:00:00.000Z' },
  }),
  'web-admit': (n) => ({
    exportId: '86446',
    exportFileId: String(74_700 + n),
    href: '/api/v1/exports/86446',
  }),
};

function toId(vendor: VendorKey, n: number): string {
  const text = JSON.stringify(['export', vendor, VENDORS[vendor].account, ...IDS[vendor](n)]);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

export function seen(
  status: Status,
  rawStatus: string,
  agoMs: number,
  from: Status | null = null,
): ExportTransition {
  return { from, to: status, rawStatus, at: ago(agoMs) };
}

let count = 0;

export function make(vendor: VendorKey, status: Status, more: Partial<Export> = {}): Export {
  count += 1;
  const phase = PHASES[status] ?? 'moving';
  const isTerminal = ['succeeded', 'failed', 'gone'].includes(phase);
  return {
    id: toId(vendor, count),
    vendor,
    vendorName: VENDORS[vendor].name,
    account: VENDORS[vendor].account,
    name: null,
    label: null,
    status,
    rawStatus: status.toLowerCase(),
    phase,
    isTerminal,
    percent: null,
    parts: null,
    outcome: status === 'SUCCEEDED' ? 'COMPLETE' : null,
    failure: null,
    createdAt: null,
    startedAt: null,
    updatedAt: null,
    finishedAt: null,
    files: isTerminal ? [] : null,
    transitions: [],
    tracking: null,
    estimate: null,
    asOf: ago(2 * SECOND),
    isStale: false,
    stalledSince: null,
    throttledUntil: null,
    trouble: null,
    nextPollAt: isTerminal ? null : ahead(4 * SECOND),
    hasGap: false,
    details: DETAILS[vendor](count),
    ...more,
  };
}

const TRACKING = {
  label: null,
  startedHere: false,
  trackedBy: 'ops-ui',
  trackedAt: ago(20 * MINUTE),
  keptUntil: null,
};

/** One of each kind that the board has to tell apart. */
export function aDay(): readonly Export[] {
  count = 0;
  return [
    make('hi-energy', 'RUNNING', {
      name: 'Deals, shoes',
      label: 'For Ann, Monday',
      tracking: { ...TRACKING, label: 'For Ann, Monday', startedHere: true },
      rawStatus: 'processing',
      percent: 62,
      parts: { completed: 3, total: 5 },
      createdAt: ago(95 * SECOND),
      startedAt: ago(70 * SECOND),
      transitions: [
        seen('QUEUED', 'pending', 94 * SECOND),
        seen('RUNNING', 'processing', 68 * SECOND, 'QUEUED'),
      ],
      estimate: {
        finishAt: ahead(55 * SECOND),
        finishAtLatest: ahead(120 * SECOND),
        basedOn: 23,
      },
    }),
    make('power-bi', 'RUNNING', {
      name: 'Sales by region, whole year',
      tracking: TRACKING,
      rawStatus: 'Running',
      percent: 70,
      createdAt: ago(4 * MINUTE),
    }),
    make('talkdesk', 'RUNNING', {
      name: 'Missed calls, this quarter',
      rawStatus: 'processing',
      createdAt: ago(12 * MINUTE),
      estimate: {
        finishAt: ahead(95 * SECOND),
        finishAtLatest: ahead(400 * SECOND),
        basedOn: 9,
      },
    }),
    make('talkdesk', 'CANCELING', {
      name: 'Contacts, all',
      rawStatus: 'processing',
      createdAt: ago(6 * MINUTE),
    }),
    make('web-admit', 'QUEUED', { name: 'Interview invitations, autumn', rawStatus: 'Queued' }),
    make('talkdesk', 'RUNNING', {
      name: 'Calls, yesterday, with a very long name that nobody would want to read to its end in a list',
      rawStatus: 'processing',
      createdAt: ago(50 * MINUTE),
      stalledSince: ago(31 * MINUTE),
    }),
    make('hi-energy', 'RUNNING', {
      name: 'Advertisers, travel',
      rawStatus: 'processing',
      percent: 20,
      createdAt: ago(9 * MINUTE),
      isStale: true,
      trouble: { code: 'VENDOR_UNAVAILABLE', retryAt: ahead(20 * SECOND) },
      asOf: ago(3 * MINUTE),
    }),
    make('power-bi', 'UNKNOWN', { name: 'Board pack', rawStatus: 'Undefined', createdAt: ago(3 * MINUTE) }),
    make('hi-energy', 'SUCCEEDED', {
      name: 'Deals, Black Friday',
      rawStatus: 'completed',
      createdAt: ago(22 * MINUTE),
      startedAt: ago(21 * MINUTE),
      finishedAt: ago(18 * MINUTE),
      files: [
        file('deals-black-friday.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'),
      ],
      transitions: [
        seen('QUEUED', 'pending', 22 * MINUTE),
        seen('RUNNING', 'processing', 21 * MINUTE - 20 * SECOND, 'QUEUED'),
        seen('SUCCEEDED', 'completed', 18 * MINUTE, 'RUNNING'),
      ],
    }),
    make('talkdesk', 'FAILED', {
      name: 'Hot advertisers, travel',
      rawStatus: 'failed',
      createdAt: ago(2 * HOUR),
      finishedAt: ago(2 * HOUR - 4 * MINUTE),
      failure: {
        code: 'too_many_rows',
        message: 'The report has more than 1,000,000 rows: narrow the filters and start it again.',
        isRetryable: false,
        retryAfterMs: null,
      },
    }),
    make('web-admit', 'SUCCEEDED', {
      name: 'Applicants, spring.xlsx',
      outcome: 'EMPTY',
      rawStatus: 'Empty List',
    }),
    make('web-admit', 'SUCCEEDED', {
      name: 'Applicants, autumn.xlsx',
      outcome: 'PARTIAL',
      rawStatus: 'Success With Errors',
      files: [file('Applicants, autumn.xlsx')],
    }),
    make('hi-energy', 'SUCCEEDED', {
      name: 'Clicks, details',
      rawStatus: 'completed',
      createdAt: ago(3 * HOUR),
      finishedAt: ago(2.8 * HOUR),
    }),
    make('talkdesk', 'CANCELED', {
      name: 'User status, Monday',
      rawStatus: 'canceled',
      createdAt: ago(5 * HOUR),
      finishedAt: ago(4.9 * HOUR),
    }),
    make('power-bi', 'EXPIRED', {
      name: 'Umsatzübersicht Köln',
      rawStatus: 'Succeeded',
      createdAt: ago(30 * HOUR),
    }),
    make('power-bi', 'SUCCEEDED', {
      name: 'Umsatz nach Monat',
      rawStatus: 'Succeeded',
      createdAt: ago(50 * HOUR),
      finishedAt: ago(49.9 * HOUR),
      files: [file('Umsatz nach Monat.pdf', 'application/pdf'), file('Umsatz nach Monat.pptx')],
    }),
  ];
}

export function accountsOf(
  health: Readonly<Record<string, Partial<Account['health']>>> = {},
): readonly Account[] {
  return Object.entries(VENDORS).map(([vendor, { name, account, canCancel, canList }]) => ({
    id: `account-${account}`,
    key: account,
    vendor,
    vendorName: name,
    capabilities: { canCancel, canList, canStart: true, reportsProgress: true, reportsTimes: true },
    health: { state: 'HEALTHY', lastError: null, throttledUntil: null, ...health[account] },
  }));
}

/** Many, for how it feels to have many. */
export function many(total: number): readonly Export[] {
  const vendors = Object.keys(VENDORS) as VendorKey[];
  return Array.from({ length: total }, (_entry, index) =>
    make(vendors[index % vendors.length] as VendorKey, index % 5 === 0 ? 'QUEUED' : 'RUNNING', {
      name: `Export number ${index}`,
      percent: index % 100,
      createdAt: ago(index * 3 * SECOND),
      tracking: TRACKING,
    }),
  );
}
