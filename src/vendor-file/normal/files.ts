import type * as z from 'zod';
import type { FileRule } from '../declaration.ts';
import { parseDuration } from '../duration.ts';
import type { filesSchema } from '../schema/files.ts';
import type { Names } from './context.ts';
import { toRequest } from './request.ts';
import { toConditions, toFact, toInstant, toPointers, toValue } from './values.ts';

type RawFiles = z.output<ReturnType<typeof filesSchema>>;
type RawFile = Extract<RawFiles, { kind: string }>;

export function toFiles(raw: RawFiles, names: Names): readonly FileRule[] {
  return (Array.isArray(raw) ? raw : [raw]).map((file) => toFile(file, names));
}

function toFile(raw: RawFile, names: Names): FileRule {
  const { kind, at, of, where, expiresAt, lives, name, mediaType, size, checksum, gzip, credential, hosts } =
    raw;
  return {
    kind,
    request: toFileRequest(raw, names),
    at: at === undefined ? null : toPointers(at),
    of,
    where: where === undefined ? [] : toConditions(where),
    expiresAt: expiresAt === undefined ? null : toExpiresAt(expiresAt),
    livesMs: lives === undefined ? null : (parseDuration(lives) ?? null),
    name: name === undefined ? null : toFact(name),
    mediaType: mediaType === undefined ? null : toFact(mediaType),
    size: size === undefined ? null : toValue(size),
    checksum: checksum === undefined ? null : { ...toValue(checksum), kind: checksum.kind },
    gzip: gzip === undefined ? null : toValue(gzip),
    credential,
    hosts: hosts ?? [],
  };
}

function toFileRequest({ request, path }: RawFile, names: Names): FileRule['request'] {
  if (request !== undefined) return toRequest(request, names);
  return path === undefined ? null : toRequest({ method: 'GET', path, encoding: 'json' }, names);
}

function toExpiresAt(raw: NonNullable<RawFile['expiresAt']>): FileRule['expiresAt'] {
  return typeof raw === 'object' && raw.link !== undefined ? { link: raw.link } : toInstant(raw);
}
