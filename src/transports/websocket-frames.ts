/** What one operation's answers begin with: `{"id":"…","type":"next","payload":`. They end with `}`. */
export interface FrameHead {
  readonly text: string;
  /** Its length in UTF-8. */
  readonly bytes: number;
}

export function toFrameHead(text: string): FrameHead {
  return { text, bytes: Buffer.byteLength(text) };
}

/** An answer on its way to one operation. */
export interface Push {
  readonly head: FrameHead;
  /** JSON in UTF-8, shared with other operations. */
  readonly payload: Buffer;
}

/** Payloads from here on are not copied: a client that reads slowly then holds no copy of its own. */
const MIN_SHARED_BYTES = 16_384;

/** A whole text message, unmasked (RFC 6455, section 5.2). */
const FINAL_TEXT = 0x81;
const LENGTH_IN_TWO_BYTES = 126;
const LENGTH_IN_EIGHT_BYTES = 127;

const END = Buffer.from('}');

/** A ping without a payload, unmasked (RFC 6455, section 5.5.2). */
export const PING = Buffer.from([0x89, 0]);

/**
 * Text frames for these pushes, in their order, in as few pieces as pays.
 *
 * @param hasPing - a ping goes before them
 */
export function toFrames(pushes: readonly Push[], hasPing = false): readonly Buffer[] {
  const [first] = pushes;
  if (first !== undefined && pushes.length === 1 && first.payload.length < MIN_SHARED_BYTES)
    return [join(pushes, hasPing)];
  const frames: Buffer[] = hasPing ? [PING] : [];
  let small: Push[] = [];
  for (const push of pushes) {
    if (push.payload.length < MIN_SHARED_BYTES) {
      small.push(push);
      continue;
    }
    if (small.length > 0) frames.push(join(small));
    small = [];
    const head = Buffer.allocUnsafe(headerBytes(messageBytes(push)) + push.head.bytes);
    writeHead(head, 0, push);
    frames.push(head, push.payload, END);
  }
  if (small.length > 0) frames.push(join(small));
  return frames;
}

/** All of them in one piece of memory. */
function join(pushes: readonly Push[], hasPing = false): Buffer {
  let size = hasPing ? PING.length : 0;
  for (const push of pushes) {
    const bytes = messageBytes(push);
    size += headerBytes(bytes) + bytes;
  }
  const target = Buffer.allocUnsafe(size);
  let offset = hasPing ? PING.copy(target) : 0;
  for (const push of pushes) {
    offset = writeHead(target, offset, push);
    target.set(push.payload, offset);
    offset += push.payload.length;
    target[offset] = 0x7d;
    offset += 1;
  }
  return target;
}

function messageBytes({ head, payload }: Push): number {
  return head.bytes + payload.length + END.length;
}

function headerBytes(bytes: number): number {
  if (bytes < LENGTH_IN_TWO_BYTES) return 2;
  return bytes < 65_536 ? 4 : 10;
}

/** The frame's header and the answer's. @returns the offset after them */
function writeHead(target: Buffer, offset: number, push: Push): number {
  const bytes = messageBytes(push);
  const start = offset + headerBytes(bytes);
  target[offset] = FINAL_TEXT;
  if (bytes < LENGTH_IN_TWO_BYTES) target[offset + 1] = bytes;
  else if (bytes < 65_536) {
    target[offset + 1] = LENGTH_IN_TWO_BYTES;
    target.writeUInt16BE(bytes, offset + 2);
  } else {
    target[offset + 1] = LENGTH_IN_EIGHT_BYTES;
    target.writeUInt32BE(0, offset + 2);
    target.writeUInt32BE(bytes, offset + 6);
  }
  return start + target.write(push.head.text, start);
}
