import { parse, print } from 'graphql';
import { stringify } from 'yaml';
import type {
  CredentialRules,
  FileRule,
  FurtherRule,
  OrderField,
  SendRule,
  Template,
  VendorDeclaration,
} from '../../src/vendor-file/declaration.ts';
import { detailsOf } from '../../src/vendor-file/further.ts';
import { schemaNames } from '../../src/vendor-file/names.ts';
import { orderIds } from '../../src/vendor-file/order-ids.ts';
import type { ShippedVendor } from '../shipped-vendors.ts';

/** The pages of the vendors whose files ship, each made from its file. */
export function toVendorPages(
  vendors: readonly ShippedVendor[],
): readonly (readonly [file: string, text: string])[] {
  return vendors.map(({ file, declaration }) => [
    `docs/vendors/${declaration.id}.md`,
    `${toPage(file, declaration)}\n`,
  ]);
}

function toPage(file: string, declaration: VendorDeclaration): string {
  const { name, description, docs, start, status, notes = [] } = declaration;
  const sections = [
    `# ${name}`,
    `<!-- Made by npm run codegen from ${file}. -->`,
    `${description ?? `Exports of ${name}.`} ${name} is [a vendor in one file](../vendor-file.md): [\`${file}\`](../../${file}).${docs === null ? '' : ` Its own documentation: <${docs}>.`}`,
    toCapabilities(declaration),
    toConfiguration(declaration),
    toFinding(declaration),
    toStatus(declaration),
    ...(Object.keys(detailsOf({ status })).length === 0 ? [] : [toDetails(declaration)]),
    ...(start === null ? [] : [toStarting(declaration)]),
    ...(declaration.files.length === 0 ? [] : [toFiles(declaration)]),
    ...(notes.length === 0 ? [] : [`## Good to know\n\n${notes.map((note) => `- ${note}`).join('\n')}`]),
  ];
  return sections.join('\n\n');
}

function toCapabilities({ list, start, cancel, files, status, callback }: VendorDeclaration): string {
  const abilities = [
    'Exports are read one by one',
    status.batch === null ? null : `up to ${status.batch.max} in one call`,
    list === null ? null : list.asBatch === false ? 'found in a list' : 'or many at once from a list',
  ].filter((text) => text !== null);
  const told = [
    start === null ? 'cannot be started' : 'can be started',
    cancel === null ? 'cannot be canceled' : 'can be canceled',
    files.length === 0 ? 'have no file here' : 'have files',
    ...(callback === null ? [] : ['may be told of by a callback']),
  ];
  return `${abilities.join(', ')}. They ${told.join(', ')}.`;
}

function toConfiguration(declaration: VendorDeclaration): string {
  const { id, settings, credentials, limits, pacing, baseUrl } = declaration;
  const needed = Object.entries(settings).filter(([, rule]) => rule.default === null && !rule.isOptional);
  const account = {
    key: id,
    vendor: id,
    ...(baseUrl === null ? { baseUrl: 'https://api.example.com' } : {}),
    ...(needed.length === 0
      ? {}
      : { settings: Object.fromEntries(needed.map(([key, rule]) => [key, rule.example])) }),
    credential: toCredentialExample(id, credentials),
  };
  const rows = Object.entries(settings).map(([key, rule]) =>
    row([
      `\`${key}\``,
      rule.default === null ? (rule.isOptional ? 'may be left out' : 'required') : `\`${rule.default}\``,
      `\`${rule.example}\``,
      rule.description ?? '',
    ]),
  );
  return [
    '## Configuration',
    `\`\`\`yaml\n${stringify({ accounts: [account] }, { lineWidth: 120 }).trimEnd()}\n\`\`\``,
    table(['Credential', 'How it is sent'], toCredentialRows(credentials)),
    ...(rows.length === 0 ? [] : [table(['Setting', 'Default', 'Such as', ''], rows)]),
    `Where the account says nothing else, it is asked at most ${limits.requestsPerSecond} times a second, ${limits.maxConcurrent} at once, and each export every ${pacing.minMs / 1_000} to ${pacing.maxMs / 1_000} seconds; one whose state does not change for ${pacing.stallAfterMs / 60_000} minutes is told as stalled.`,
  ].join('\n\n');
}

function toCredentialExample(id: string, credentials: CredentialRules): object {
  const variable = (what: string) => `\${${id.toUpperCase().replaceAll('-', '_')}_${what}}`;
  if (credentials['api-key'] !== undefined) return { type: 'api-key', apiKey: variable('API_KEY') };
  if (credentials.bearer !== undefined) return { type: 'bearer', token: variable('TOKEN') };
  const client = { clientId: 'the-client-id', clientSecret: variable('CLIENT_SECRET') };
  if (credentials['client-credentials'] !== undefined) return { type: 'client-credentials', ...client };
  return { type: 'refresh-token', ...client, refreshToken: variable('REFRESH_TOKEN') };
}

function toCredentialRows(credentials: CredentialRules): readonly string[] {
  const rows = Object.entries(credentials).flatMap(([type, rule]) => {
    if (rule === undefined) return [];
    const told =
      'tokenUrl' in rule
        ? `a token from \`${toText(rule.tokenUrl)}\`, sent as ${describeSend(rule.send)}`
        : `sent as ${describeSend(rule)}`;
    return [row([`\`${type}\``, told])];
  });
  const takesCallers = credentials.bearer !== undefined || credentials['api-key'] !== undefined;
  return takesCallers
    ? [...rows, row(['`caller`', 'each caller brings a token of its own, sent the same way'])]
    : rows;
}

function describeSend(send: SendRule): string {
  return 'basic' in send ? `the ${send.basic} of HTTP Basic` : `\`${send.header}: ${send.prefix}…\``;
}

function toFinding(declaration: VendorDeclaration): string {
  const { id, locator, status } = declaration;
  const { locatorField, exportType } = schemaNames(id);
  const ids = Object.entries(locator).filter(([, rule]) => !rule.isOptional);
  const own = Object.keys(detailsOf({ status })).slice(0, 3).join(' ');
  const fragment = own === '' ? '' : `... on ${exportType} { ${own} }`;
  const variables = ids.map(([key]) => `$${key}: ID!`).join(', ');
  const named = ids.map(([key]) => `${key}: $${key}`).join(', ');
  const query = `query WhereIsIt(${variables}) { export(locator: { ${locatorField}: { ${named} } }) { name status outcome progress { percent } files { name url } ${fragment} } }`;
  const rows = Object.entries(locator).map(([key, { isOptional, example, description }]) =>
    row([`\`${key}\``, isOptional ? 'may be left out' : 'required', `\`${example}\``, description ?? '']),
  );
  const text = `${id}:${ids.map(([, { example }]) => example).join('/')}`;
  return [
    '## Finding an export',
    graphql(query),
    table(['Id', '', 'Such as', ''], rows),
    `As text, for the command line, the board and \`ExportLocator.text\`: \`${text}\`.`,
  ].join('\n\n');
}

function toStatus(declaration: VendorDeclaration): string {
  const { further } = declaration.status;
  return [
    '## Status',
    ...toWords(declaration, declaration.status),
    ...(further === null || further === undefined
      ? []
      : [
          `${toWhen(further.when, declaration.pacing.stallAfterMs)} a further call is made. A word of its answer counts where it says that the export has ended; what else it tells fills what the first answer lacks.`,
          ...toWords(declaration, further),
        ]),
  ].join('\n\n');
}

function toWords(
  { name }: VendorDeclaration,
  { words, refine }: Pick<VendorDeclaration['status'], 'words' | 'refine'>,
): readonly string[] {
  const rows = Object.entries(words).map(([word, { status: ours, outcome }]) =>
    row([`\`${word}\``, ours, outcome ?? '']),
  );
  const refined = refine.map(
    ({ word, where, is }) =>
      `- ${word === null ? 'Any word' : `\`${word}\``} where ${where.map(({ at, test }) => `\`/${at.join('/')}\` ${describeTest(test)}`).join(' and ')} is ${is.status}${is.outcome === null ? '' : ` ${is.outcome}`}.`,
  );
  return [
    table([`${name} says`, '`status`', '`outcome`'], [...rows, row(['any other', 'UNKNOWN', ''])]),
    ...(refined.length === 0
      ? []
      : [`The first of these that fits counts instead:\n\n${refined.join('\n')}`]),
  ];
}

function toWhen({ words, isStalled }: FurtherRule['when'], stallAfterMs: number): string {
  const cases = [
    ...(words.length === 0 ? [] : [`Where the word is ${words.map((word) => `\`${word}\``).join(' or ')}`]),
    ...(isStalled
      ? [`where an export that goes on has not changed for ${stallAfterMs / 60_000} minutes`]
      : []),
  ];
  const text = cases.join(', and ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)},`;
}

function describeTest(test: VendorDeclaration['status']['refine'][number]['where'][number]['test']): string {
  if ('is' in test) return `is \`${JSON.stringify(test.is)}\``;
  if ('above' in test) return `is above ${test.above}`;
  if ('below' in test) return `is below ${test.below}`;
  if ('empty' in test) return test.empty ? 'is empty' : 'is not empty';
  return test.absent ? 'is absent' : 'is there';
}

function toDetails({ id, status }: VendorDeclaration): string {
  const rows = Object.entries(detailsOf({ status })).map(([key, { type, isList, description }]) =>
    row([`\`${key}\``, `\`${isList ? `[${type}!]` : type}\``, description ?? '']),
  );
  return `## Fields of \`${schemaNames(id).exportType}\`\n\n${table(['Field', 'Type', ''], rows)}`;
}

function toStarting(declaration: VendorDeclaration): string {
  const { id, locator, start } = declaration;
  if (start === null) return '';
  const { locatorField, orderType } = schemaNames(id);
  const ids = orderIds(declaration).map(({ name, isOptional }) => {
    const { description, example } = locator[name] ?? { description: null, example: '' };
    return { name, isRequired: !isOptional, type: 'ID', description, example };
  });
  const fields = Object.entries(start.order).map(([name, field]) => ({
    name,
    isRequired: field.isRequired,
    type: field.isList ? `[${field.type}!]` : field.type,
    description: field.description,
    example: toOrderExample(field),
  }));
  const all = [...ids, ...fields];
  const said = all.filter(({ isRequired }) => isRequired).map(({ name, example }) => [name, example]);
  const mutation = `mutation Start($order: ${orderType}!) { startExport(input: { order: { ${locatorField}: $order } }) { export { id status } } }`;
  const rows = all.map(({ name, type, isRequired, description }) =>
    row([`\`${name}\``, `\`${type}${isRequired ? '!' : ''}\``, description ?? '']),
  );
  return [
    '## Starting an export',
    graphql(mutation),
    `with an order such as\n\n\`\`\`json\n${JSON.stringify({ order: Object.fromEntries(said) }, null, 2)}\n\`\`\``,
    ...(rows.length === 0 ? [] : [table(['Field of the order', 'Type', ''], rows)]),
    start.idempotency === null
      ? 'Where the answer to a start is lost, nobody knows whether it was carried out: START_OUTCOME_UNKNOWN.'
      : 'A start whose answer is lost is sent once more under the same key, so that nothing is started twice.',
  ].join('\n\n');
}

function toOrderExample({ example, isList, type }: OrderField): unknown {
  if (example !== undefined && example !== null) return example;
  const one = type === 'Boolean' ? true : type === 'Int' || type === 'Float' ? 1 : type === 'JSON' ? {} : 'x';
  return isList ? [one] : one;
}

function toFiles({ files }: VendorDeclaration): string {
  return `## Files\n\n${files.map((file) => `- ${describeFile(file)}`).join('\n')}`;
}

function describeFile({ kind, of, hosts, credential, livesMs }: FileRule): string {
  const ended = of.length === 1 && of[0] === 'SUCCEEDED' ? '' : ` Of exports that are ${of.join(' or ')}.`;
  const place =
    hosts.length === 0 ? '' : ` Its host is one of ${hosts.map((host) => `\`${host}\``).join(', ')}.`;
  const life = livesMs === null ? '' : ` A link lives ${livesMs / 1_000} seconds.`;
  const how = {
    link: 'A link in the status answer, asked for anew at each opening.',
    links: 'Links in the status answer, asked for anew at each opening.',
    lookup: 'A link that a further call gives, made at each opening.',
    stream: "Behind the account's credential: streamed through the gateway.",
  }[kind];
  const behind = credential
    ? " It is opened with the account's credential, so it is streamed through the gateway."
    : '';
  return `${how}${behind}${place}${life}${ended}`;
}

function toText(template: Template): string {
  return template
    .map((part) => ('text' in part ? part.text : 'name' in part ? `{${part.name}}` : ''))
    .join('');
}

function graphql(text: string): string {
  return `\`\`\`graphql\n${print(parse(text))}\n\`\`\``;
}

function table(head: readonly string[], rows: readonly string[]): string {
  return [row(head), row(head.map(() => '---')), ...rows].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('\n', ' ').replaceAll('|', '\\|')).join(' | ')} |`;
}
