import * as z from 'zod';
import { WEBHOOK_EVENT_TYPES } from '../../export/store.ts';
import { DEFAULT_WEBHOOK_EVENTS } from '../../export/webhook-endpoint.ts';
import { isEndpoint } from '../../yaml/address.ts';
import { keyWord, list, mapping, nameWord, text, word, yesOrNo } from '../../yaml/scalars.ts';
import type { VendorRows } from '../vendor-defaults.ts';
import { isWebhookSecret, WEBHOOK_SECRET_ALLOWED } from '../webhook-secret.ts';

const URL_ALLOWED = 'an https URL without user and fragment (http with allowPrivate: true)';

const secretText = () => text(WEBHOOK_SECRET_ALLOWED, isWebhookSecret);
const secretAllowed = { error: WEBHOOK_SECRET_ALLOWED };
const eventsAllowed = { error: `a list of at least one and at most ${WEBHOOK_EVENT_TYPES.length}` };

/** One entry of the section `webhooks`. */
export function webhookSchema(vendors: VendorRows) {
  return mapping({
    key: keyWord().describe("The endpoint's name in logs and commands; unique."),
    tenant: nameWord().default('default').describe('The tenant whose tracked exports it is told of.'),
    url: text(URL_ALLOWED, isEndpoint).describe(
      'Where to post. Addresses of private networks and of this machine are refused unless allowPrivate is true.',
    ),
    secret: z
      .union(
        [secretText(), z.array(secretText(), secretAllowed).min(1, secretAllowed).max(2, secretAllowed)],
        secretAllowed,
      )
      .describe(
        'What requests are signed with: whsec_ and base64 of 24 to 64 random bytes; a list of two while one takes the place of the other. A secret.',
      ),
    events: z
      .array(word(WEBHOOK_EVENT_TYPES), eventsAllowed)
      .min(1, eventsAllowed)
      .max(WEBHOOK_EVENT_TYPES.length, eventsAllowed)
      .default([...DEFAULT_WEBHOOK_EVENTS])
      .describe(
        'What it is told of. Default: whatever ends an export, and that one cannot be followed any more.',
      ),
    vendors: list(word([...vendors.keys()]), vendors.size)
      .default([])
      .describe('Only exports of these vendors. Default: of all.'),
    accounts: list(keyWord(), 1_000)
      .default([])
      .describe("Only exports of these accounts, by key. Default: of all that are the tenant's."),
    allowPrivate: yesOrNo()
      .default(false)
      .describe('Lets http through, and addresses of private networks and of this machine.'),
  }).describe('One endpoint.');
}
