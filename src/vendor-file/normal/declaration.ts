import type { IdGrammar, SettingRule, VendorDeclaration } from '../declaration.ts';
import { inspectPattern } from '../pattern/pattern.ts';
import { toExample } from '../pattern/samples.ts';
import type { CheckedVendorFile } from '../schema/file.ts';
import { toTemplate } from '../template.ts';
import type { Names } from './context.ts';
import { toCredentials } from './credentials.ts';
import { toErrors } from './errors.ts';
import { toFiles } from './files.ts';
import { toCallback, toCancel, toStart } from './orders.ts';
import { toList, toStatus } from './status.ts';
import { mapValues } from './values.ts';

/** The normal form of a file in which nothing is wrong. */
export function toDeclaration(file: CheckedVendorFile): VendorDeclaration {
  const names = toNames(file);
  const status = toStatus(file.status, names);
  return {
    id: file.id,
    name: file.name,
    docs: file.docs ?? null,
    description: file.description ?? null,
    notes: file.notes,
    baseUrl: file.baseUrl === undefined ? null : toTemplate(file.baseUrl.replace(/\/+$/, '')),
    origins: file.origins.map((origin) => toTemplate(origin.replace(/\/$/, ''))),
    settings: mapValues(file.settings, toSetting),
    headers: mapValues(file.headers, toTemplate),
    credentials: toCredentials(file.credentials),
    locator: mapValues(file.locator, toGrammar),
    status,
    list: file.list === undefined ? null : toList(file.list, names),
    start: file.start === undefined ? null : toStart(file.start, status.id, names),
    cancel: file.cancel === undefined ? null : toCancel(file.cancel, names),
    files: toFiles(file.files, names),
    errors: toErrors(file.errors),
    pacing: file.pacing,
    limits: file.limits,
    callback: file.callback === undefined ? null : toCallback(file.callback),
  };
}

function toNames({ locator, settings }: CheckedVendorFile): Names {
  const ids = Object.keys(locator);
  return {
    ids,
    optionalIds: new Set(ids.filter((name) => locator[name]?.optional === true)),
    settings: Object.keys(settings),
  };
}

function toGrammar(raw: CheckedVendorFile['locator'][string]): IdGrammar {
  return {
    pattern: sourceOf(raw.pattern),
    isOptional: raw.optional,
    description: raw.description ?? null,
    example: raw.example ?? toExample(raw.pattern) ?? '',
  };
}

function toSetting(raw: CheckedVendorFile['settings'][string]): SettingRule {
  return {
    pattern: sourceOf(raw.pattern),
    default: raw.default ?? null,
    isOptional: raw.optional,
    description: raw.description ?? null,
    example: raw.example ?? raw.default ?? toExample(raw.pattern) ?? '',
  };
}

function sourceOf(pattern: string): string {
  const inspected = inspectPattern(pattern);
  return 'found' in inspected ? pattern : inspected.source;
}
