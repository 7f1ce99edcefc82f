import { type ExportKey, type FileDescription, isTerminal } from '../../export/export.ts';
import type { FileAccess, FileStream, OpenOptions } from '../../export/ports.ts';
import type { CallOptions, OpenRequest } from '../../http/types.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { FileRule } from '../../vendor-file/declaration.ts';
import { orGone } from '../shared/answers.ts';
import { readLinkExpiry } from '../shared/presigned-link.ts';
import { type DeclaredAccount, toOrigins } from './account.ts';
import { checkContent, compileContentFacts, refuseFailure } from './files-content.ts';
import type { FileSource, FoundFile } from './files-found.ts';
import type { ReadExport } from './further.ts';
import { compilePointers, type ReadPointer } from './pointer.ts';
import { createReadStatus } from './read-status.ts';
import { compileRequest, type FillRequest, toRead } from './request.ts';
import { compileTexts } from './template.ts';

/** See `VendorAccount.locateFile`. */
export type LocateFile = (key: ExportKey, index: number, options?: CallOptions) => Promise<FileAccess>;

/** How long a link is trusted of which nothing says how long it works. */
const UNDATED_LINK_LIFETIME_MS = 300_000;

const GONE: FileAccess = { type: 'gone' };
const ASKED_LINK = 'the link to a file';
const ASKED_FILE = 'a file';

/** What opens files as a vendor file says they are kept; the vendor is asked anew each time. */
export function createLocateFile(account: DeclaredAccount, clock: Clock): LocateFile {
  const { declaration, files } = account;
  const openers = declaration.files.map((rule) => createOpener(account, clock, rule));
  const toSource = ({ found, snapshot: { key, status } }: ReadExport): FileSource => ({
    ids: key.ids,
    status,
    wire: found.source,
  });
  const tell = createReadStatus(
    account,
    (answer) => ({ source: toSource(answer), snapshot: answer.snapshot }),
    // A file that is there is opened, whatever else there is to its export.
    (answer) => files.find(toSource(answer)).length > 0,
  );

  return async (key, index, options) => {
    const told = await orGone(tell(key, options));
    if (told === null) return GONE;
    const { source, snapshot } = told;
    if (!isTerminal(snapshot.status)) return { type: 'unfinished' };
    const found = files.find(source)[index];
    const open = found && openers[found.rule];
    if (open === undefined || isPast(found?.description.availableUntil, snapshot.observedAt)) return GONE;
    return open({ source, found: found as FoundFile, toldAt: snapshot.observedAt, options });
  };
}

/** A file that is to be opened. */
interface Opening {
  readonly source: FileSource;
  readonly found: FoundFile;
  /** When its vendor told of it, epoch milliseconds. */
  readonly toldAt: number;
  readonly options: CallOptions | undefined;
}

type Opener = (opening: Opening) => FileAccess | Promise<FileAccess>;

/** Opens behind the credential: an address that an answer told, or a request of the vendor file. */
type OpenStream = (target: OpenTarget, source: FileSource, options: OpenOptions) => Promise<FileStream>;

type OpenTarget = Omit<OpenRequest, keyof OpenOptions>;

function createOpener(account: DeclaredAccount, clock: Clock, rule: FileRule): Opener {
  const openStream = createOpenStream(account, clock, rule);
  const fill =
    rule.request === null ? undefined : compileRequest(rule.request, account.declaration, account.settings);
  if (rule.kind === 'stream') return createStreamAccess(fill, openStream);
  const access = createLinkAccess(account, rule, rule.kind === 'lookup' ? undefined : fill, openStream);
  return rule.kind === 'lookup' && fill !== undefined ? createLookup(account, rule, fill, access) : access;
}

/** The file behind a request of the vendor file. */
function createStreamAccess(fill: FillRequest | undefined, openStream: OpenStream): Opener {
  return ({ source, found }) => {
    const target = toTarget(fill, source);
    if (target === undefined) return GONE;
    return {
      type: 'stream',
      file: found.description,
      open: (options) => openStream(target, source, options),
    };
  };
}

/**
 * A link as the rule says it is opened: by whoever has it, or by this gateway with the credential.
 *
 * @param fill - what is asked for instead of a link that leads where the credential may not go, and whose headers go with one that does not
 */
function createLinkAccess(
  { baseUrl, declaration, settings }: DeclaredAccount,
  rule: FileRule,
  fill: FillRequest | undefined,
  openStream: OpenStream,
): Opener {
  const ownHeaders = compileTexts(toLowerCase(declaration.headers), settings)({ ids: {} });
  const origins = new Set([new URL(baseUrl).origin, ...toOrigins(declaration, settings)]);
  return ({ source, found: { url, description }, toldAt }) => {
    if (url === null) return GONE;
    const expiresAt = toExpiry(rule, url, description, toldAt);
    if (isPast(expiresAt, toldAt)) return GONE;
    if (!rule.credential) return { type: 'link', url, expiresAt, file: description };
    const other = toTarget(fill, source);
    const absolute = url.startsWith('/') ? new URL(baseUrl).origin + url : url;
    const mayGo = URL.canParse(absolute) && origins.has(new URL(absolute).origin);
    const target =
      other === undefined || mayGo
        ? { url: absolute, vendorHeaders: other?.vendorHeaders ?? ownHeaders }
        : other;
    return { type: 'stream', file: description, open: (options) => openStream(target, source, options) };
  };
}

/** Undefined where there is no request, or its path has a place for which the answer has nothing. */
function toTarget(fill: FillRequest | undefined, { ids, wire }: FileSource) {
  const request = fill?.({ ids, answer: wire });
  return request && { path: request.path, query: request.query, vendorHeaders: request.headers };
}

/** A further call whose answer holds the link; what it says of the file goes before what the export said. */
function createLookup(
  { http, status, files }: DeclaredAccount,
  rule: FileRule,
  fill: FillRequest,
  access: Opener,
): Opener {
  const readLink: ReadPointer = rule.at === null ? () => undefined : compilePointers(rule.at);
  return async ({ source, found, options }) => {
    const request = fill({ ids: source.ids, answer: source.wire });
    if (request === undefined) return GONE;
    const minted = await orGone(
      http.send(toRead(request), options, (response) => {
        const { json, receivedAt } = response;
        status.check(http, response, ASKED_LINK);
        const url = readLink(json);
        if (typeof url !== 'string' || url === '')
          throw http.toBadResponse(response, ASKED_LINK, 'it holds no link');
        return { url, description: files.describeBy(found.rule, source, url, json), receivedAt };
      }),
    );
    if (minted === null) return GONE;
    const { url, description, receivedAt: toldAt } = minted;
    return access({ source, found: { ...found, url, description }, toldAt, options });
  };
}

/** Passes a file on, and looks whether it is the one that the vendor told of. */
function createOpenStream(
  { http, status, declaration }: DeclaredAccount,
  clock: Clock,
  rule: FileRule,
): OpenStream {
  const { name } = declaration;
  const tellsFailure = declaration.status.success !== null;
  const readFacts = compileContentFacts(rule);
  const toError = () =>
    http.toError('VENDOR_BAD_RESPONSE', `A file of ${name} was not the one that ${name} had told of.`);
  return async (target, { wire }, options) => {
    const opened = await http.open({ ...target, ...options });
    const file = tellsFailure
      ? await refuseFailure(opened, clock.now(), (response) => status.check(http, response, ASKED_FILE))
      : opened;
    return checkContent(file, readFacts(wire), toError);
  };
}

/** The soonest of what is said of a link's end: by the vendor, by the link itself, by its fixed life. Epoch milliseconds. */
export function toExpiry(
  { livesMs }: Pick<FileRule, 'livesMs'>,
  url: string,
  { availableUntil }: FileDescription,
  mintedAt: number,
): number {
  const said = [availableUntil, readLinkExpiry(url), livesMs === null ? null : mintedAt + livesMs].filter(
    (instant) => instant !== null,
  );
  return said.length === 0 ? mintedAt + UNDATED_LINK_LIFETIME_MS : Math.min(...said);
}

function isPast(instant: number | null | undefined, now: number): boolean {
  return typeof instant === 'number' && instant <= now;
}

function toLowerCase<Value>(named: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name.toLowerCase(), value]));
}
