import * as z from 'zod';
import type { VendorId } from '../../export/vendor-id.ts';
import { isSecureAddress } from '../../yaml/address.ts';
import { headerSecret, lineOfText, mapping, oneOf, text } from '../../yaml/scalars.ts';
import type { AccountCredential } from '../config.ts';
import type { VendorDefaults } from '../vendor-defaults.ts';
import { SECURE_ADDRESS_ALLOWED } from './access.ts';

const TOKEN_URL = text(SECURE_ADDRESS_ALLOWED, isSecureAddress);
const TOKEN_URL_WORDS = 'Where tokens are asked for.';

/** @param tokenUrl - may be left out where the vendor's file says it */
const toMappings = (tokenUrl: typeof TOKEN_URL | z.ZodOptional<typeof TOKEN_URL>) =>
  ({
    'api-key': mapping({
      type: z.literal('api-key').describe('A key that the vendor gave out.'),
      apiKey: headerSecret().describe("The vendor's key. A secret."),
    }),
    'client-credentials': mapping({
      type: z
        .literal('client-credentials')
        .describe('OAuth 2.0 client credentials: tokens are fetched and renewed.'),
      tokenUrl: tokenUrl.describe(TOKEN_URL_WORDS),
      clientId: lineOfText(1_000).describe("The application's id at the vendor."),
      clientSecret: lineOfText(8_192).describe("The application's secret."),
      scope: lineOfText(2_000)
        .optional()
        .describe("What the token shall be good for. Default: the vendor's usual one."),
    }),
    'refresh-token': mapping({
      type: z
        .literal('refresh-token')
        .describe('An OAuth 2.0 refresh token: access tokens are fetched with it and renewed.'),
      tokenUrl: tokenUrl.describe(TOKEN_URL_WORDS),
      clientId: lineOfText(1_000).describe("The application's id at the vendor."),
      clientSecret: lineOfText(8_192)
        .optional()
        .describe("The application's secret; left out for applications that have none."),
      refreshToken: lineOfText(8_192).describe(
        'The refresh token. A secret. Where the vendor replaces it, the newer one is kept in the store.',
      ),
    }),
    bearer: mapping({
      type: z.literal('bearer').describe('A fixed token that somebody else renews.'),
      token: headerSecret().describe('The token. A secret.'),
    }),
    caller: mapping({
      type: z
        .literal('caller')
        .describe(
          "Each caller brings the vendor's token itself: header x-waybill-token-KEY, or vendorTokens in connection_init.",
        ),
    }),
  }) satisfies Record<AccountCredential['type'], unknown>;

/** The key `credential` of a vendor's account. */
export function credentialSchema(vendor: VendorId, { credentialTypes: types, declaration }: VendorDefaults) {
  const [first, ...rest] = types;
  const mappings = toMappings(declaration === undefined ? TOKEN_URL : TOKEN_URL.optional());
  return z
    .discriminatedUnion('type', [mappings[first], ...rest.map((type) => mappings[type])], {
      error: (issue) =>
        issue.code === 'invalid_union' ? `${oneOf(types)} for vendor ${vendor}` : 'a mapping',
    })
    .describe('How the account proves itself to its vendor.');
}
