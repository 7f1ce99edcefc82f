import { createHash, type Hash } from 'node:crypto';
import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import type { FileStream } from '../../export/ports.ts';
import { parseJson } from '../../http/json.ts';
import type { AccountResponse } from '../../http/types.ts';
import type { FileRule } from '../../vendor-file/declaration.ts';
import { compilePresent } from './values.ts';

/** What a vendor says of a file's bytes; null where it says nothing. */
export interface ContentFacts {
  readonly sizeBytes: number | null;
  readonly checksum: { readonly kind: 'sha256' | 'md5'; readonly value: string } | null;
}

/** Reads what an answer says of a file's bytes. */
export function compileContentFacts({
  size,
  checksum,
}: Pick<FileRule, 'size' | 'checksum'>): (wire: unknown) => ContentFacts {
  const readSize = size === null ? () => undefined : compilePresent(size);
  const readSum = checksum === null ? () => undefined : compilePresent(checksum);
  return (wire) => {
    const value = readSum(wire);
    return {
      sizeBytes: toSize(readSize(wire)),
      checksum:
        checksum !== null && typeof value === 'string' && value !== ''
          ? { kind: checksum.kind, value: value.replace(PREFIX, '') }
          : null,
    };
  };
}

/** Some vendors write the kind before it: `sha256:83ac…`. */
const PREFIX = /^(?:sha-?256|md5)[:=]/i;

/** A number of bytes; some vendors write it as text. */
function toSize(value: unknown): number | null {
  const size = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(size) && (size as number) >= 0 ? (size as number) : null;
}

/**
 * A file whose bytes are counted and hashed on their way: where they are not those that the vendor told of, it breaks off before its last
 * piece, so that no reader takes it for whole. A part of a file, or one that the store has compressed, goes through as it is.
 *
 * @param toError - what it breaks off with
 */
export function checkContent(stream: FileStream, facts: ContentFacts, toError: () => Error): FileStream {
  const { status, headers, body } = stream;
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  const hasFacts = facts.sizeBytes !== null || facts.checksum !== null;
  if (!hasFacts || status !== 200 || !isPlain) return stream;
  const checked = new CheckedContent(facts, toError);
  // Each ends the other; whoever reads is told of the error by the stream itself.
  pipeline(body, checked, () => undefined);
  return { status, headers, body: checked };
}

class CheckedContent extends Transform {
  private readonly facts: ContentFacts;
  private readonly toError: () => Error;
  private readonly hash: Hash | undefined;
  private bytes = 0;
  /** The last piece waits until everything is known. */
  private held: Buffer | undefined;

  constructor(facts: ContentFacts, toError: () => Error) {
    super();
    this.facts = facts;
    this.toError = toError;
    this.hash = facts.checksum === null ? undefined : createHash(facts.checksum.kind);
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += piece.length;
    this.hash?.update(piece);
    const { held } = this;
    this.held = piece;
    done(null, held);
  }

  override _flush(done: TransformCallback): void {
    if (this.isAsTold()) done(null, this.held);
    else done(this.toError());
  }

  private isAsTold(): boolean {
    const { sizeBytes, checksum } = this.facts;
    if (sizeBytes !== null && sizeBytes !== this.bytes) return false;
    if (checksum === null || this.hash === undefined) return true;
    const digest = this.hash.digest();
    return (
      checksum.value.toLowerCase() === digest.toString('hex') || checksum.value === digest.toString('base64')
    );
  }
}

/** An answer that says in words of JSON that there is no file is never longer. */
const MAX_ERROR_BYTES = 16_384;

/**
 * A file of a vendor that tells failures in the body of a good answer: a short JSON body is looked at before it is passed on.
 *
 * @param refuse - throws where the answer is no file
 */
export async function refuseFailure(
  stream: FileStream,
  receivedAt: number,
  refuse: (response: AccountResponse) => void,
): Promise<FileStream> {
  const { status, headers, body } = stream;
  if (status !== 200 || !/^\s*application\/(?:[\w.-]+\+)?json\b/i.test(headers['content-type'] ?? ''))
    return stream;
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const head: Buffer[] = [];
  let bytes = 0;
  let hasMore = true;
  while (bytes <= MAX_ERROR_BYTES) {
    const next = await pieces.next();
    hasMore = next.done !== true;
    if (next.done) break;
    head.push(next.value);
    bytes += next.value.length;
  }
  if (!hasMore) {
    const text = Buffer.concat(head).toString('utf8');
    refuse({ status, headers, text, json: parseJson(text), receivedAt });
  }
  const whole = Readable.from(joined(head, pieces), { objectMode: false });
  // One that is given up before it is read would leave the vendor's call open.
  whole.once('close', () => body.destroy());
  return { status, headers, body: whole };
}

async function* joined(head: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
