import { createLatin1CsvFile, createSampleFile, type SampleFile } from '../sample-files.ts';

/** A role of the simulated API user. */
export interface Identity {
  readonly id: number;
  readonly type: string;
  readonly association: string | null;
  readonly institution: string | null;
  readonly organization: string | null;
  readonly cycle: string | null;
  /** The "API Access" permission: without it every call about this identity is refused. */
  readonly hasApiAccess: boolean;
}

/** A saved export; its runs are the export files. */
export interface Template {
  readonly id: number;
  readonly identityId: number;
  readonly name: string;
  readonly list_type: string | null;
  readonly format: string;
  readonly mime_type: string;
  /** What a run of it produces. */
  createFile(): SampleFile;
}

/** Two that may, one that may not. */
export const IDENTITIES: readonly Identity[] = [
  {
    id: 37442,
    type: 'Admissions User',
    association: 'Nursing Central Application Service',
    institution: 'Lakeside University',
    organization: 'School of Nursing',
    cycle: '2026 - 2027',
    hasApiAccess: true,
  },
  {
    id: 37518,
    type: 'Institution User',
    association: 'Pharmacy Central Application Service',
    institution: 'Lakeside University',
    organization: null,
    cycle: '2026 - 2027',
    hasApiAccess: true,
  },
  {
    id: 37601,
    type: 'Association User',
    association: 'Physiotherapy Central Application Service',
    institution: null,
    organization: null,
    cycle: '2025 - 2026',
    hasApiAccess: false,
  },
];

const CSV = { format: 'Comma-Separated Values', mime_type: 'text/csv;charset=iso-8859-1' };
const EXCEL = { format: 'Microsoft Excel', mime_type: 'application/vnd.ms-excel' };
const ZIP = { format: 'Comma-Separated Values in Multiple Files', mime_type: 'application/zip' };

/** The last one has no seeded run: starting it always starts a new one. */
export const TEMPLATES: readonly [Template, ...Template[]] = [
  {
    id: 86446,
    identityId: 37442,
    name: 'Verified applicants 2026-2027',
    list_type: 'all',
    ...CSV,
    createFile: () => createLatin1CsvFile('Verified applicants 2026-2027', 240),
  },
  {
    id: 86466,
    identityId: 37442,
    name: 'Interview invitations, autumn',
    list_type: 'clipboard',
    ...EXCEL,
    createFile: () => ({
      ...createSampleFile('xlsx', 'Interview invitations, autumn', 80),
      // What WebAdMIT calls every Excel file.
      mediaType: EXCEL.mime_type,
    }),
  },
  {
    id: 90210,
    identityId: 37518,
    name: 'Pharmacy applicants with transcripts',
    list_type: 'search',
    ...ZIP,
    createFile: () => createSampleFile('zip', 'Pharmacy applicants with transcripts', 120),
  },
  {
    id: 90277,
    identityId: 37518,
    name: 'Declined offers by program',
    list_type: null,
    ...CSV,
    createFile: () => createLatin1CsvFile('Declined offers by program', 60),
  },
  {
    id: 86480,
    identityId: 37442,
    name: 'Applicants with missing documents',
    list_type: 'search',
    ...CSV,
    createFile: () => createLatin1CsvFile('Applicants with missing documents', 90),
  },
];
