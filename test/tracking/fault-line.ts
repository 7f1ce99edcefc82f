import { type IncomingMessage, request } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { type Clock, sleep } from '../../src/runtime/clock.ts';

/** What becomes of one exchange with the vendor. Times are those of the clock that everything runs on. */
export type Fault =
  /** The connection is reset once so many bytes of the request have come; past its end, the vendor has it. */
  | { readonly kind: 'cut-request'; readonly bytes: number }
  /** The vendor has it; so many bytes of its answer come. */
  | { readonly kind: 'cut-answer'; readonly bytes: number; readonly end: 'reset' | 'close' | 'silence' }
  /** One byte of the answer is not what it was. */
  | { readonly kind: 'spoilt-answer'; readonly byte: number }
  /** It stops somewhere on its way: nobody answers, the vendor never has it. */
  | { readonly kind: 'swallowed' }
  /** It reaches the vendor late, whether its sender has left or not. */
  | { readonly kind: 'late'; readonly delayMs: number }
  | { readonly kind: 'slow-answer'; readonly delayMs: number }
  /** Somebody else answers. */
  | {
      readonly kind: 'other-answer';
      readonly status: number;
      readonly body: string;
      readonly headers: string;
      readonly reachesVendor: boolean;
    };

/** One order that came as a whole. */
export interface SeenOrder {
  /** The vendor's own answer, whatever became of it; null where it never had the order, or has not answered yet. */
  status: number | null;
}

export interface FaultLine extends AsyncDisposable {
  readonly url: string;
  /** Orders that came whole, body and all. */
  readonly orders: readonly SeenOrder[];
  /** What becomes of the next orders, one after another, and of the next looks into the vendor's list. */
  plan(orders: readonly Fault[], lists: readonly Fault[]): void;
  /** Resolves once nothing is on its way to the vendor any more. */
  settled(): Promise<void>;
}

interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const RESET = Symbol('reset');

/** A line to a vendor's simulator that spoils exchanges to the byte. @param extra - headers that go on with each order */
export async function startFaultLine(
  clock: Clock,
  target: string,
  extra: Readonly<Record<string, string>>,
): Promise<FaultLine> {
  const sockets = new Set<Socket>();
  const orders: SeenOrder[] = [];
  const underWay = new Set<Promise<unknown>>();
  let orderFaults: Fault[] = [];
  let listFaults: Fault[] = [];

  function takeFault(head: string): Fault | undefined {
    if (isOrder(head)) return orderFaults.shift();
    return isList(head) ? listFaults.shift() : undefined;
  }

  async function serve(socket: Socket, asked: RawRequest, fault: Fault | undefined): Promise<void> {
    const seen: SeenOrder = { status: null };
    if (isOrder(asked.method + asked.path)) orders.push(seen);
    const answer = await answerTo(asked, fault, seen);
    if (answer === RESET) socket.resetAndDestroy();
    else if (answer !== null && !socket.destroyed) await write(socket, answer, fault);
  }

  async function answerTo(
    asked: RawRequest,
    fault: Fault | undefined,
    seen: SeenOrder,
  ): Promise<Buffer | typeof RESET | null> {
    if (fault?.kind === 'late') await sleep(clock, fault.delayMs);
    const isPassedOn = fault?.kind !== 'swallowed' && (fault?.kind !== 'other-answer' || fault.reachesVendor);
    const passed = isPassedOn ? await passOn(target, asked, extra) : null;
    seen.status = passed?.status ?? null;
    const answer = passed?.bytes ?? null;
    if (fault?.kind === 'cut-request') return RESET;
    if (fault?.kind === 'other-answer') return toBytes(fault.status, fault.headers, Buffer.from(fault.body));
    if (fault?.kind === 'slow-answer') await sleep(clock, fault.delayMs);
    return answer;
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    let text = '';
    let fault: Fault | undefined;
    socket.on('data', (piece) => {
      const isNew = text === '';
      text += piece.toString('latin1');
      if (isNew) fault = takeFault(text);
      const whole = parse(text);
      const isCut = fault?.kind === 'cut-request' && fault.bytes < (whole?.length ?? Number.MAX_SAFE_INTEGER);
      if (isCut && fault?.kind === 'cut-request' && text.length >= fault.bytes)
        return void socket.resetAndDestroy();
      if (whole === null) return;
      text = '';
      // What was on its way when everything ended comes to nothing.
      const work = serve(socket, whole.request, fault)
        .catch(() => socket.destroy())
        .finally(() => underWay.delete(work));
      underWay.add(work);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as { readonly port: number }).port}`,
    orders,
    plan(nextOrders, nextLists) {
      orderFaults = [...nextOrders];
      listFaults = [...nextLists];
    },
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function write(socket: Socket, answer: Buffer, fault: Fault | undefined): Promise<void> {
  if (fault?.kind === 'spoilt-answer') answer[fault.byte % answer.length] = 1;
  const isCut = fault?.kind === 'cut-answer';
  const sent = isCut ? answer.subarray(0, fault.bytes % answer.length) : answer;
  await new Promise<void>((resolve) => socket.write(sent, () => resolve()));
  if (!isCut) return;
  if (fault.end === 'reset') socket.resetAndDestroy();
  else if (fault.end === 'close') socket.end();
}

/** Sends a request on, and gives the answer's status and how it stands on the wire. */
async function passOn(
  target: string,
  { method, path, headers, body }: RawRequest,
  extra: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly bytes: Buffer }> {
  const more = isOrder(method + path) ? extra : {};
  const { host: _host, ...passed } = headers;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${target}${path}`, { method, headers: { ...passed, ...more } }, resolve)
      .on('error', reject)
      .end(body, 'latin1');
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const kept = Object.entries(answer.headers).filter(
    ([name]) => !['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date'].includes(name),
  );
  const lines = kept.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const status = answer.statusCode ?? 0;
  return { status, bytes: toBytes(status, lines, Buffer.concat(chunks)) };
}

function toBytes(status: number, headers: string, body: Buffer): Buffer {
  const head = `HTTP/1.1 ${status} Any\r\n${headers}content-length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** @param head - method and path, and whatever follows */
function isOrder(head: string): boolean {
  return /^POST ?\/(?!\S*token)/.test(head);
}

function isList(head: string): boolean {
  return /^GET \S*\/(?:exports|jobs|export_files)[? ]/.test(head);
}

/** A request, once it is whole. */
function parse(text: string): { readonly length: number; readonly request: RawRequest } | null {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(': ');
      return [name.toLowerCase(), value.join(': ')];
    }),
  );
  const length = end + 4 + Number(headers['content-length'] ?? 0);
  if (text.length < length) return null;
  const [method = '', path = ''] = first.split(' ');
  return { length, request: { method, path, headers, body: text.slice(end + 4, length) } };
}
