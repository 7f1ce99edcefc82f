import { createHash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../src/runtime/clock.ts';
import { answerWithFile } from './file-answer.ts';
import { judgeLink, mintQuery } from './presigned-link.ts';
import type { SampleFile } from './sample-files.ts';
import type { FileStore, SimulatorRequest, SimulatorResponse } from './simulator.ts';

/** The file store with its own way in. */
export interface ServedFileStore extends FileStore {
  /** @param query - as it stood on the wire */
  handle(request: SimulatorRequest, query: string): Promise<SimulatorResponse>;
}

/** Simulators may describe their files anew for each answer; the oldest ones are forgotten beyond this. */
const MAX_FILES = 10_000;

/**
 * Plays the storage behind a vendor's presigned links: they expire on the simulators' clock, and a request that brings any
 * credential beside the link is refused, as S3 refuses it.
 *
 * Two things differ from S3: HEAD is answered on a link that was signed for GET, and links must come back byte for byte.
 *
 * @param mountUrl - without a trailing slash
 */
export function createFileStore(clock: Clock, mountUrl: string): ServedFileStore {
  const secret = randomBytes(32);
  const filesByPath = new LRUCache<string, SampleFile>({ max: MAX_FILES });
  const pathsByFile = new WeakMap<SampleFile, string>();
  let filesSeen = 0;

  return {
    presign(file, lifetimeMs, style) {
      const path = toObjectPath(file);
      filesByPath.set(path, file);
      const query = mintQuery(secret, style, {
        path,
        now: clock.now(),
        lifetimeMs,
        disposition: toDisposition(file.name),
        mediaType: file.mediaType,
      });
      return `${mountUrl}${path}?${query}`;
    },

    async handle(request, query) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return toError(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
      }
      if (request.headers.authorization !== undefined || request.headers['x-api-key'] !== undefined) {
        return toError(
          400,
          'InvalidArgument',
          'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
        );
      }
      const verdict = judgeLink(secret, request.path, query, clock.now());
      if (verdict.type === 'unsigned') return toError(403, 'AccessDenied', 'Access Denied');
      if (verdict.type === 'forged') return toError(403, 'SignatureDoesNotMatch', FORGED);
      if (verdict.type === 'expired') return toExpired(verdict.expiresAt, clock.now());

      const file = filesByPath.get(request.path);
      if (file === undefined) return toError(404, 'NoSuchKey', 'The specified key does not exist.');
      return answerWithFile(request, {
        bytes: await file.bytes(),
        mediaType: verdict.mediaType ?? file.mediaType,
        disposition: verdict.disposition,
      });
    },
  };

  /** `/exports/files/000/000/017/9f86d081884c7d65_original.csv`: the same for the same file, as an object's key is. */
  function toObjectPath(file: SampleFile): string {
    const known = pathsByFile.get(file);
    if (known !== undefined) return known;
    filesSeen += 1;
    const folders = String(filesSeen)
      .padStart(9, '0')
      .replace(/(\d{3})(?=\d)/g, '$1/');
    const extension = /\.[A-Za-z0-9]{1,8}$/.exec(file.name)?.[0] ?? '';
    const digest = createHash('sha256').update(`${filesSeen}\n${file.name}`).digest('hex').slice(0, 16);
    const path = `/exports/files/${folders}/${digest}_original${extension}`;
    pathsByFile.set(file, path);
    return path;
  }
}

const FORGED =
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.';

/** Always with a quoted name, as WebAdMIT's real links have it; letters beyond ASCII also by RFC 6266. */
function toDisposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  if (plain === name) return `attachment; filename="${plain}"`;
  const extended = encodeURIComponent(name).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${extended}`;
}

function toExpired(expiresAt: number, now: number): SimulatorResponse {
  const details = `<Expires>${toIso(expiresAt)}</Expires><ServerTime>${toIso(now)}</ServerTime>`;
  return toError(403, 'AccessDenied', 'Request has expired', details);
}

function toIso(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d{3}/, '');
}

/** S3's error envelope. Source: Amazon S3 API reference, "Error responses"; read 2026-11. */
function toError(status: number, code: string, message: string, details = ''): SimulatorResponse {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${details}<RequestId>SIMULATED</RequestId></Error>`,
  };
}
