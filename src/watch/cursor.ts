import { createHmac, timingSafeEqual } from 'node:crypto';
import { InputError } from '../export/errors.ts';

/** A place in a stream of events. */
export interface Position {
  /** Which log it is a place in. */
  readonly epoch: string;
  /** Everything up to this sequence has been told, but for the exports named missing. */
  readonly sequence: number;
  /** Exports of the stream, by their places in it, whose first state had not been told yet. */
  readonly missing: ReadonlySet<number>;
  /** They were missing because an earlier resumption had found a gap. */
  readonly isGap: boolean;
  /** How many exports the stream had; 0 where none was missing. */
  readonly size: number;
}

/** For the places of streams that have told every first state. */
export const NOTHING_MISSING: ReadonlySet<number> = new Set();

/** The place right after an entry, in a stream that has told every first state. */
export function toPlace(sequence: number): Omit<Position, 'epoch'> {
  return { sequence, missing: NOTHING_MISSING, isGap: false, size: 0 };
}

/** Writes places as opaque words, and reads only words it could have written. */
export interface CursorCodec {
  write(position: Omit<Position, 'epoch'>): string;
  /** @throws InputError where it is none of ours */
  read(cursor: string): Position;
}

/**
 * Recognises this product's cursors where no secret is configured. A cursor holds nothing but a position, and resuming only
 * ever yields the exports asked for, so that knowing this key is worth nothing; it keeps cursors of an earlier process readable.
 */
export const DEFAULT_CURSOR_SECRET = 'waybill event cursor, first edition';

const PATTERN =
  /^([0-9A-Za-z]{1,24})\.([0-9a-z]{1,11})(?:\.([sg])([0-9]{1,3})\.([0-9A-Za-z_-]{1,64}))?\.([0-9A-Za-z_-]{14})$/;
const MAX_LENGTH = 200;
const TAG_LENGTH = 14;

/** Cursors of one log, `EPOCH.SEQUENCE[.MISSING].TAG`: below 200 characters, safe in a URL, authenticated by an HMAC. */
export function createCursorCodec(secret: string, epoch: string): CursorCodec {
  function sign(body: string): string {
    return createHmac('sha256', secret).update(body).digest('base64url').slice(0, TAG_LENGTH);
  }

  function write(position: Omit<Position, 'epoch'>): string {
    const body = `${epoch}.${position.sequence.toString(36)}${writeMissing(position)}`;
    return `${body}.${sign(body)}`;
  }

  /** The last place written for streams that have told every first state: many stand at the same. */
  let last = { sequence: -1, cursor: '' };

  return {
    write(position) {
      const { sequence, missing } = position;
      if (missing.size > 0) return write(position);
      if (last.sequence !== sequence) last = { sequence, cursor: write(position) };
      return last.cursor;
    },
    read(cursor) {
      const match = cursor.length > MAX_LENGTH ? null : PATTERN.exec(cursor);
      const [, from = '', sequence = '', kind, size = '0', bits = '', tag = ''] = match ?? [];
      const body = cursor.slice(0, -TAG_LENGTH - 1);
      if (match === null || !timingSafeEqual(Buffer.from(tag), Buffer.from(sign(body)))) throw toForged();
      return {
        epoch: from,
        sequence: Number.parseInt(sequence, 36),
        missing: readMissing(bits),
        isGap: kind === 'g',
        size: Number(size),
      };
    },
  };
}

function writeMissing({ missing, isGap, size }: Omit<Position, 'epoch'>): string {
  if (missing.size === 0) return '';
  const bits = Buffer.alloc(Math.ceil(size / 8));
  for (const index of missing) bits.writeUInt8(bits.readUInt8(index >> 3) | (1 << (index & 7)), index >> 3);
  return `.${isGap ? 'g' : 's'}${size}.${bits.toString('base64url')}`;
}

function readMissing(text: string): ReadonlySet<number> {
  const missing = new Set<number>();
  for (const [place, byte] of Buffer.from(text, 'base64url').entries()) {
    for (let bit = 0; bit < 8; bit += 1) if (byte & (1 << bit)) missing.add(place * 8 + bit);
  }
  return missing;
}

function toForged(): InputError {
  return new InputError(
    'after is not a cursor of this gateway: give the cursor of the last event seen.',
    'after',
  );
}

/** The secret that authenticates cursors, from a lasting one: cursors of before a restart must stay readable, or resuming would be refused. */
export function toCursorSecret(linkSecret: string): string {
  return createHmac('sha256', linkSecret).update('waybill cursors 1').digest('base64url');
}
