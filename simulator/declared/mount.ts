import type { Random } from '../../src/runtime/clock.ts';
import type { VendorDeclaration } from '../../src/vendor-file/declaration.ts';
import { orderIds } from '../../src/vendor-file/order-ids.ts';
import { toVendorDefinition } from '../../src/vendors/declared/vendor.ts';
import { READ_TOKEN } from '../demo-credentials.ts';
import { pickOne, pickWords } from '../pick.ts';
import type { DemoOrder } from '../simulator.ts';
import type { NamedMount } from '../vendors.ts';
import { CallBook } from './calls.ts';
import {
  TOKEN_KINDS,
  toDemoCredential,
  toDemoSecrets,
  toSecretHeader,
  toSendRule,
  toTokenPath,
} from './credentials.ts';
import { toDemoSettings } from './ids.ts';
import { createExampleOrder } from './orders.ts';
import { toEndings } from './plans.ts';
import { renderHeaders, renderTarget } from './render.ts';
import { createDeclaredSimulator } from './simulator.ts';
import { toSpellings } from './words.ts';

/** A vendor in a file, as it is served. */
export function toSimulatorMount(declaration: VendorDeclaration): NamedMount {
  const credential = toDemoCredential(declaration);
  const settings = toDemoSettings(declaration);
  const calls = new CallBook(declaration);
  const kind = TOKEN_KINDS.find((each) => each === credential.type);
  const tokenPath = kind && toTokenPath(declaration, kind);
  return {
    vendor: declaration.id,
    create: (surroundings) => createDeclaredSimulator(declaration, surroundings),
    basePath: calls.basePath,
    ...(tokenPath === undefined ? {} : { tokenPath }),
    calls: (request) => calls.kindOf(request),
    isListed: toVendorDefinition(declaration).capabilities.canList,
    demoAccount: {
      key: declaration.id,
      credential,
      ...(Object.keys(settings).length === 0 ? {} : { settings }),
      // A vendor may ask to be left alone for minutes: here exports take half a minute.
      limits: { requestsPerSecond: 20, maxConcurrent: 4 },
      polling: { minMs: 1_000, maxMs: 5_000 },
    },
    startExample: (mountUrl) =>
      toStartExample(declaration, `${mountUrl}${calls.basePath}`, tokenPath && `${mountUrl}${tokenPath}`),
    ...(declaration.start === null
      ? {}
      : { createDemoOrder: (random: Random) => createDemoOrder(declaration, random) }),
  };
}

const TITLES = [
  'Everything',
  'This month',
  'Last week',
  'By region',
  'For the board',
  'Nightly copy',
] as const;

function createDemoOrder(declaration: VendorDeclaration, random: Random): DemoOrder {
  const { fields } = createExampleOrder(declaration, toExamplePlaces(declaration));
  const endings = toEndings(toSpellings(declaration)).filter(
    (ending) => ending !== 'complete' && ending !== 'expired',
  );
  return {
    label: `${declaration.name}: ${pickOne(random, TITLES)}`,
    fields: { ...toOrderIds(declaration), ...fields },
    words: pickWords(random, ['slow', ...endings]),
  };
}

/** The ids that an order says beside its own fields, each as its example. */
export function toOrderIds(declaration: VendorDeclaration): Readonly<Record<string, string>> {
  const examples = orderIds(declaration).map(({ name }) => [name, declaration.locator[name]?.example ?? '']);
  return Object.fromEntries(examples);
}

/** Every id and setting, each as its example. */
export function toExamplePlaces(declaration: VendorDeclaration) {
  const ids = Object.entries(declaration.locator).map(([name, { example }]) => [name, example] as const);
  return { named: { ...toDemoSettings(declaration), ...Object.fromEntries(ids) } };
}

function toStartExample(
  declaration: VendorDeclaration,
  baseUrl: string,
  tokenUrl: string | undefined,
): string | null {
  const { start, credentials } = declaration;
  if (start === null) return null;
  const places = toExamplePlaces(declaration);
  const credential = toDemoCredential(declaration);
  const { apiKey, token } = toDemoSecrets(declaration);
  const secret = credential.type === 'api-key' ? apiKey : credential.type === 'bearer' ? token : '$TOKEN';
  const { body } = createExampleOrder(declaration, places);
  const type = start.request.encoding === 'form' ? 'application/x-www-form-urlencoded' : 'application/json';
  const headers: readonly (readonly [string, string])[] = [
    toSecretHeader(toSendRule(credentials, credential.type), secret),
    ['Content-Type', type],
    ...(start.idempotency === null ? [] : [[start.idempotency.header, 'an-example'] as const]),
    ...renderHeaders(start.request, declaration, places),
  ];
  const words = headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`).join(' ');
  const call = `curl -X ${start.request.method} ${words} \\
  -d ${quote(body)} \\
  ${quote(baseUrl + renderTarget(start.request, places))}`;
  return tokenUrl === undefined
    ? call
    : `TOKEN=$(${toTokenExample(declaration, tokenUrl)} | ${READ_TOKEN})\n${call}`;
}

function toTokenExample(declaration: VendorDeclaration, tokenUrl: string): string {
  const { clientId, clientSecret, refreshToken } = toDemoSecrets(declaration);
  const { type } = toDemoCredential(declaration);
  const rule =
    type === 'refresh-token' || type === 'client-credentials' ? declaration.credentials[type] : undefined;
  const form = new URLSearchParams({
    grant_type: type.replace('-', '_'),
    ...(type === 'refresh-token' ? { refresh_token: refreshToken } : {}),
    ...(rule?.scope === null || rule === undefined ? {} : { scope: rule.scope }),
    ...(rule?.client === 'basic' ? {} : { client_id: clientId, client_secret: clientSecret }),
  }).toString();
  const client = rule?.client === 'basic' ? `-u ${clientId}:${clientSecret} ` : '';
  return rule?.request === 'query'
    ? `curl -s -X POST ${client}${quote(`${tokenUrl}?${form}`)}`
    : `curl -s ${client}-d ${quote(form)} \\\n  ${quote(tokenUrl)}`;
}

/** One word for a POSIX shell; `$TOKEN` stays open to it. */
function quote(text: string): string {
  if (text.includes('$TOKEN')) return `"${text.replace(/(["\\`])/g, '\\$1')}"`;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
