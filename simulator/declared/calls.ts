import type { FileRule, RequestRule, VendorDeclaration } from '../../src/vendor-file/declaration.ts';
import type { CallKind, SimulatorRequest } from '../simulator.ts';
import { CredentialDesk } from './credentials.ts';
import { HELD_FILES } from './files.ts';
import { toDemoSettings } from './ids.ts';
import { type Matched, type MatchOptions, type Mismatch, RequestMatcher } from './match.ts';
import { type ReadOrder, readOrder } from './orders.ts';
import { toFurtherRequest, toPageParameters, toPagePlaces } from './pages.ts';
import { renderText } from './render.ts';

/** What a request of a vendor file is for. */
export type CallName =
  | 'start'
  | 'start-then'
  | 'cancel'
  | 'cancel-then'
  | 'batch'
  | 'list'
  | 'status'
  | 'further'
  | 'lookup'
  | 'stream';

const KINDS: Readonly<Record<CallName, CallKind>> = {
  start: 'start',
  'start-then': 'other',
  cancel: 'cancel',
  'cancel-then': 'other',
  batch: 'list',
  list: 'list',
  status: 'status',
  further: 'status',
  lookup: 'file',
  stream: 'file',
};

/** A request that is as the file has it. */
export interface KnownCall extends Matched {
  readonly name: CallName;
  /** The rule of `files` that it belongs to. */
  readonly file: FileRule | null;
  /** What a start orders. */
  readonly order: ReadOrder | null;
}

interface Call {
  readonly name: CallName;
  readonly file: FileRule | null;
  readonly matcher: RequestMatcher;
}

/** Knows every request of a vendor file. */
export class CallBook {
  /** What an account's base URL has below the mount: `/api/1.0`, or nothing. */
  readonly basePath: string;
  private readonly declaration: VendorDeclaration;
  private readonly desk: Pick<CredentialDesk, 'isTokenRequest'>;
  private readonly calls: readonly Call[];

  constructor(declaration: VendorDeclaration) {
    this.declaration = declaration;
    this.basePath = toBasePath(declaration);
    this.desk = new CredentialDesk(declaration, { now: () => 0 }, { next: () => 0 });
    const basePath = this.basePath.split('/').slice(1);
    const { start, cancel, status, list, files, callback } = declaration;
    const toCall = (
      name: CallName,
      rule: RequestRule | null | undefined,
      { file = null, ...options }: Partial<MatchOptions> & { readonly file?: FileRule | null } = {},
    ): readonly Call[] =>
      rule === null || rule === undefined
        ? []
        : [{ name, file, matcher: new RequestMatcher(rule, declaration, { basePath, ...options }) }];
    const address = callback?.address;
    const furtherQuery = address !== undefined && 'query' in address ? [address.query] : [];
    this.calls = [
      ...toCall('start', start?.request, { hasOrder: true, furtherQuery }),
      ...toCall('start-then', start?.then),
      ...toCall('cancel', cancel?.request),
      ...toCall('cancel-then', cancel?.then),
      ...toCall('batch', status.batch?.request),
      ...(list === null
        ? []
        : toCall('list', list.request, {
            furtherQuery: toPageParameters(list),
            furtherBody: toPagePlaces(list),
          })),
      ...toCall('list', list === null ? null : toFurtherRequest(list)),
      ...toCall('status', status.request),
      ...toCall('further', status.further?.request),
      ...files.flatMap((file) =>
        toCall(file.kind === 'lookup' ? 'lookup' : 'stream', file.request, { file }),
      ),
    ];
  }

  /** What a request is: the first call that it fits, else why it fits none. */
  find(request: SimulatorRequest): KnownCall | Mismatch {
    let nearest: Mismatch = { problem: null };
    for (const { name, file, matcher } of this.calls) {
      const matched = matcher.match(request);
      if ('problem' in matched) {
        if (nearest.problem === null) nearest = matched;
        continue;
      }
      // Where all calls have one address, only its order tells a start from the others.
      const order = name === 'start' ? readOrder(this.declaration, matched.body, request.query) : null;
      if (typeof order !== 'string') return { ...matched, name, file, order };
      nearest = { problem: order };
    }
    return nearest;
  }

  /** For counts and faults. */
  kindOf(request: SimulatorRequest): CallKind {
    if (this.desk.isTokenRequest(request)) return 'token';
    if (request.path.startsWith(`${HELD_FILES}/`)) return 'file';
    const call = this.find(request);
    return 'problem' in call ? 'other' : KINDS[call.name];
  }
}

function toBasePath(declaration: VendorDeclaration): string {
  if (declaration.baseUrl === null) return '';
  const url = renderText(declaration.baseUrl, { named: toDemoSettings(declaration) });
  return url === undefined ? '' : new URL(url).pathname.replace(/\/$/, '');
}
