import { isSecureAddress } from '../../yaml/address.ts';
import {
  headerSecret,
  lineOfText,
  list,
  mapping,
  nameWord,
  text,
  wholeNumber,
  word,
} from '../../yaml/scalars.ts';
import { JWT_ALGORITHMS } from '../config.ts';

/** What is said about an address that secrets or trust depend on. */
export const SECURE_ADDRESS_ALLOWED =
  'an https URL without user, query and fragment (http only on a loopback host)';

const accessKeySchema = mapping({
  name: nameWord().describe("The caller's name in logs and metrics; unique."),
  key: headerSecret().describe('The secret that the caller sends as "authorization: Bearer KEY"; unique.'),
  tenant: nameWord().default('default').describe('The tenant whose accounts the caller sees, and no others.'),
}).describe('One caller.');

const jwtSchema = mapping({
  jwksUrl: text(SECURE_ADDRESS_ALLOWED, isSecureAddress).describe(
    'Where the issuer publishes its keys (JWKS).',
  ),
  issuer: lineOfText(500).describe('What the claim "iss" must be, to the letter.'),
  audience: lineOfText(500).describe('What the claim "aud" must be, or hold.'),
  tenantClaim: lineOfText(100).default('tenant').describe("The claim that names the caller's tenant."),
  algorithms: list(word([...JWT_ALGORITHMS]), JWT_ALGORITHMS.length)
    .default(['RS256', 'PS256', 'ES256', 'EdDSA'])
    .describe('Signature algorithms that are good; all others are refused, whatever a token says.'),
  clockSkewMs: wholeNumber(0, 300_000)
    .default(30_000)
    .describe("How far the issuer's clock may differ from this one, in milliseconds."),
}).describe("How callers' JSON Web Tokens are checked; needed in mode jwt.");

/** The section `access`. */
export const accessSchema = mapping({
  mode: word(['open', 'keys', 'jwt'])
    .default('open')
    .describe(
      'Who may ask: everybody (open, only on a loopback host), callers with a key, or callers with a JSON Web Token.',
    ),
  keys: list(accessKeySchema, 10_000)
    .default([])
    .describe('The callers of mode keys; at least one in that mode.'),
  jwt: jwtSchema.optional(),
})
  .prefault({})
  .describe('Who may ask.');
