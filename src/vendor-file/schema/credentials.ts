import * as z from 'zod';
import { lineOfText, mapping, patternText, word, yesOrNo } from '../../yaml/scalars.ts';
import { HEADER_NAME } from './request.ts';
import { template } from './values.ts';

/** How a secret is sent: exactly one of header and basic. */
function sendKeys() {
  return {
    header: patternText(HEADER_NAME.allowed, HEADER_NAME.pattern)
      .optional()
      .describe('The header that the secret is sent in.'),
    prefix: patternText('visible ASCII and spaces, at most 100 characters', /^[ -~]{0,100}$/)
      .optional()
      .describe('What stands before the secret in that header.'),
    basic: word(['username', 'password'])
      .optional()
      .describe('HTTP Basic: the half that holds the secret; the other one is empty.'),
  };
}

function send() {
  return mapping(sendKeys());
}

function tokenKeys() {
  return {
    tokenUrl: template().describe('Where tokens are asked for; {name} is a setting.'),
    scope: lineOfText(2_000).optional().describe('What the token shall be good for.'),
    client: word(['basic', 'body'])
      .optional()
      .describe(
        'How the client shows who it is: HTTP Basic, or beside the rest of what is sent. Default: basic for a form, body for a query.',
      ),
    request: word(['form', 'query'])
      .default('form')
      .describe('Whether a token is asked for by a form or by the query.'),
    send: send().optional().describe('How the token is sent. Default: Authorization: Bearer.'),
  };
}

export function credentialsSchema() {
  return mapping({
    'api-key': send().optional().describe('A key that the vendor gave out.'),
    bearer: z
      .union([send(), z.null()], { error: 'a mapping' })
      .optional()
      .describe('A fixed token that somebody else renews. Default: Authorization: Bearer.'),
    'client-credentials': mapping(tokenKeys()).optional().describe('OAuth 2.0 client credentials.'),
    'refresh-token': mapping({
      ...tokenKeys(),
      rotates: yesOrNo()
        .default(false)
        .describe('Whether each new token comes with a new refresh token, which replaces the old one.'),
    })
      .optional()
      .describe('OAuth 2.0 with a refresh token.'),
  });
}
