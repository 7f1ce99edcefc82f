import type { IncomingMessage } from 'node:http';
import type { CallbackGrant, CallbackLinkSigner } from '../access/callback-links.ts';
import type { ClientAddressOf } from '../access/client-address.ts';
import type { LocatorIds } from '../export/export.ts';
import type { VendorInfo } from '../export/ports.ts';
import type { VendorId } from '../export/vendor-id.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/tools.ts';
import { toScopeFields } from '../telemetry/scope.ts';
import { inSpan, parentFrom } from '../telemetry/spans.ts';
import { HintGate } from './hint-gate.ts';
import type { Answer } from './http-server.ts';
import type { Target } from './listener.ts';
import { readBody } from './read-body.ts';
import { respondText } from './respond.ts';

/** Something may have happened to these exports; whether it has, the vendor says when it is asked. */
export interface CallbackHint {
  /** See `VendorAccount.identity`. The account may be gone by now. */
  readonly identity: string;
  readonly vendor: VendorId;
  /** Those that the order named, and that of the export where the call named one. */
  readonly ids: LocatorIds;
}

/** What became of a call: `unknown` where its link was none of ours, or has ended. */
export type CallbackOutcome = 'passed_on' | 'held_back' | 'too_large' | 'abandoned' | 'unknown';

/** One call, for the metrics. */
export interface Callback {
  /** Empty, like the next one, where the link was none of ours. */
  readonly vendor: string;
  readonly account: string;
  readonly outcome: CallbackOutcome;
}

export interface CallbacksEndpointSettings {
  readonly signer: CallbackLinkSigner;
  readonly vendors: readonly VendorInfo[];
  readonly clock: Clock;
  readonly log: Log;
  /** Told of what is worth a look: at most once a second about one export. Must not wait. */
  readonly onHint: (hint: CallbackHint) => void;
  /** Told of every call, refused ones included. */
  readonly onCallback: (callback: Callback) => void;
  readonly clientAddressOf: ClientAddressOf;
}

/** A vendor says in a few words what happened. */
const MAX_BODY_BYTES = 8_192;

/**
 * `POST /callbacks/{token}`: a vendor says that something happened.
 *
 * The call is no proof of anything: whoever has the link can make it, any number of times. So it leads to one look at the vendor at most,
 * and every good link has the same answer. Each hint that is passed on is one line in the log; of floods, and of links that are none of
 * ours, no more than a count is kept.
 */
export function createCallbacksEndpoint(settings: CallbacksEndpointSettings) {
  const { signer, vendors, clock, log, onHint, onCallback, clientAddressOf } = settings;
  const gate = new HintGate(clock);

  function hint({ identity, vendor, ids: ordered }: CallbackGrant, body: string): CallbackOutcome {
    const named = vendors.find(({ id }) => id === vendor)?.readCallback?.(body) ?? {};
    // What the link states was signed; the body was not.
    const ids = { ...named, ...ordered };
    if (!gate.admits(JSON.stringify([identity, ordered]), JSON.stringify(named))) return 'held_back';
    try {
      onHint({ identity, vendor, ids });
    } catch (error) {
      // The vendor has been answered, and could do nothing about it.
      log.error({ vendor, error: error instanceof Error ? error.stack : typeof error }, 'A hint was lost.');
    }
    return 'passed_on';
  }

  async function receive(
    grant: CallbackGrant,
    request: IncomingMessage,
    response: Answer,
  ): Promise<CallbackOutcome> {
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === undefined) return 'abandoned';
    respondText(response, 202, 'Accepted.\n');
    return body === null ? 'too_large' : hint(grant, body);
  }

  return async (request: IncomingMessage, response: Answer, { pathname }: Target): Promise<void> => {
    if (request.method !== 'POST')
      return respondText(response, 405, 'A callback is posted.\n', { allow: 'POST' });
    const grant = signer.verify(pathname.slice('/callbacks/'.length));
    if (grant === null) {
      onCallback({ vendor: '', account: '', outcome: 'unknown' });
      return respondText(response, 404, 'This is no callback link of this server, or it has ended.\n');
    }
    const { tenant, vendor, account, ids } = grant;
    const outcome = await inSpan(toSpanPlan(request, grant), () => receive(grant, request, response));
    const scope = { requestId: response.requestId, tenant, caller: null };
    const level = outcome === 'passed_on' ? 'info' : 'debug';
    log[level](
      {
        ...toScopeFields(scope),
        vendor,
        account,
        ids,
        outcome,
        clientAddress: clientAddressOf(request),
      },
      'A vendor called back.',
    );
    onCallback({ vendor, account, outcome });
  };
}

/** The route, and not the link: to have that is to be believed a little. */
function toSpanPlan({ headers }: IncomingMessage, { tenant, vendor, account }: CallbackGrant) {
  const attributes = {
    'http.request.method': 'POST',
    'http.route': '/callbacks/{token}',
    'waybill.tenant': tenant,
    'waybill.vendor': vendor,
    'waybill.account': account,
  };
  return {
    name: 'POST /callbacks/{token}',
    kind: 'server',
    attributes,
    parent: parentFrom(headers),
  } as const;
}
