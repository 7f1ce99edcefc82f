/**
 * Writes everything that follows from `schema/*.graphql`, the vendor files that ship and `src/**\/*.graphql` operations, and the vendors' status words into their pages.
 *
 *   npx tsx codegen.ts           writes
 *   npx tsx codegen.ts --check   writes nothing; exits 1 and names what is stale
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import { concatAST, type DocumentNode, parse, Source } from 'graphql';
import { generateClient } from './scripts/client-documents.ts';
import { writeStatusTables } from './scripts/docs/status-tables.ts';
import { toVendorPages } from './scripts/docs/vendor-pages.ts';
import { printServedSchema, readServedSchema } from './scripts/served-schema.ts';
import { readShippedVendors, toShippedModule } from './scripts/shipped-vendors.ts';
import { withDeclared } from './src/graphql/declared-schema.ts';

const BANNER = '// Made by codegen.ts from schema/*.graphql. Never edited by hand: run `npm run codegen`.';
const OPERATION_FILES = ['src/cli/operations.graphql'];

const SCALARS = {
  ID: 'string',
  DateTime: { input: 'number', output: 'number' },
  URL: { input: 'string', output: 'string' },
  JSON: { input: 'unknown', output: 'unknown' },
};

/** What a client receives: instants are text on the wire. */
const CLIENT_SCALARS = { ...SCALARS, DateTime: 'string' };

/** The domain's own types behind each GraphQL type, those of vendors aside. */
const MAPPERS = {
  Node: '../node.ts#NodeObject',
  Export: '../../export/export.ts#Export as DomainExport',
  Account: '../../export/ports.ts#VendorAccount',
  Vendor: '../../export/ports.ts#VendorInfo',
  ExportFile: '../../export/files.ts#LinkableFile',
  ExportTracking: '../../export/store.ts#TrackedExport',
  ExportEstimate: '../../export/tracking.ts#ExportEstimate as DomainExportEstimate',
  WebhookDelivery: '../../export/store.ts#DeliveryRecord',
  ExportConnection: '../../accounts/recent.ts#ExportPage',
  ExportEdge: '../../accounts/recent.ts#ExportEdge as DomainExportEdge',
  AccountProblem: '../../accounts/recent.ts#AccountProblem as DomainAccountProblem',
  ExportEvent: '../../export/events.ts#ExportEvent as DomainExportEvent',
  ExportSnapshot: "../event-types.ts#ExportEventOf<'ExportSnapshot'>",
  ExportStatusChanged: "../event-types.ts#ExportEventOf<'ExportStatusChanged'>",
  ExportProgressed: "../event-types.ts#ExportEventOf<'ExportProgressed'>",
  ExportWatchInterrupted: "../event-types.ts#ExportEventOf<'ExportWatchInterrupted'>",
  ExportWatchResumed: "../event-types.ts#ExportEventOf<'ExportWatchResumed'>",
  ExportWatchFailed: "../event-types.ts#ExportEventOf<'ExportWatchFailed'>",
  ExportStalled: "../event-types.ts#ExportEventOf<'ExportStalled'>",
  ExportTracked: "../event-types.ts#ExportEventOf<'ExportTracked'>",
  ExportUntracked: "../event-types.ts#ExportEventOf<'ExportUntracked'>",
  SubscriptionTokenExpiring: "../event-types.ts#ExportEventOf<'SubscriptionTokenExpiring'>",
};

/** The mappers of the vendors' own Export types, each named for its type. */
function vendorMappers(schema: DocumentNode): Readonly<Record<string, string>> {
  const types = schema.definitions.flatMap((definition) => {
    if (definition.kind !== 'ObjectTypeDefinition') return [];
    const isExport = definition.interfaces?.some(({ name }) => name.value === 'Export') ?? false;
    return isExport ? [definition.name.value] : [];
  });
  return Object.fromEntries(types.map((type) => [type, `../vendor-types.ts#${type}Object`]));
}

async function readSchema(): Promise<string> {
  const files = (await readdir('schema')).filter((name) => name.endsWith('.graphql')).sort();
  const texts = await Promise.all(files.map((name) => readFile(`schema/${name}`, 'utf8')));
  return texts.join('\n');
}

async function generate(): Promise<ReadonlyMap<string, string>> {
  const sdl = await readSchema();
  const schema = parse(sdl);
  const shipped = await readShippedVendors();
  const served = withDeclared(
    readServedSchema(sdl),
    shipped.map(({ declaration }) => declaration),
  );
  const operations = concatAST(
    await Promise.all(
      OPERATION_FILES.map(async (file) => parse(new Source(await readFile(file, 'utf8'), file))),
    ),
  );

  const resolverTypes = await codegen({
    filename: 'src/graphql/generated/resolver-types.ts',
    schema,
    documents: [],
    config: {},
    plugins: [
      {
        typescript: {
          scalars: SCALARS,
          enumsAsTypes: true,
          useTypeImports: true,
          immutableTypes: true,
          maybeValue: 'T | null | undefined',
          inputMaybeValue: 'T | null | undefined',
        },
      },
      {
        typescriptResolvers: {
          contextType: '../context.ts#GatewayContext',
          mappers: { ...MAPPERS, ...vendorMappers(schema) },
          scalars: SCALARS,
          useTypeImports: true,
          enumsAsTypes: true,
          immutableTypes: true,
        },
      },
    ],
    pluginMap: { typescript, typescriptResolvers },
  });

  const operationTypes = await codegen({
    filename: 'src/cli/generated/operations.ts',
    schema,
    documents: [{ location: 'operations.graphql', document: operations }],
    config: {},
    plugins: [
      { typescriptOperations: { scalars: CLIENT_SCALARS, enumsAsTypes: true, useTypeImports: true } },
      { typedDocumentNode: { useTypeImports: true } },
    ],
    pluginMap: { typescriptOperations, typedDocumentNode },
  });

  return new Map([
    ['src/graphql/generated/resolver-types.ts', `${BANNER}\n${resolverTypes}`],
    ['src/graphql/generated/served-schema.ts', toModule(served)],
    ['src/vendor-file/generated/shipped.ts', toShippedModule(shipped)],
    ['src/cli/generated/operations.ts', `${BANNER}\n${operationTypes}`],
    ['docs/schema.graphql', `${printServedSchema(served)}\n`],
    ...(await generateClient(sdl, BANNER)),
    ...(await writeStatusTables()),
    ...toVendorPages(shipped),
  ]);
}

/** Parsed here, not when a gateway starts: that takes 30 ms and 8 MB. As JSON, which is read faster than a literal. */
function toModule(served: DocumentNode): string {
  return `${BANNER}
import type { DocumentNode } from 'graphql';

export const servedSchema: DocumentNode = JSON.parse(
  ${JSON.stringify(JSON.stringify(served))},
);
`;
}

const isCheck = process.argv.includes('--check');
const stale: string[] = [];
for (const [file, content] of await generate()) {
  const current = await readFile(file, 'utf8').catch(() => '');
  if (current === content) continue;
  stale.push(file);
  if (!isCheck) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
if (isCheck && stale.length > 0) {
  console.error(`Stale: ${stale.join(', ')}. Run \`npm run codegen\` and commit the result.`);
  process.exit(1);
}
if (!isCheck) console.log(stale.length === 0 ? 'Everything was fresh.' : `Wrote ${stale.join(', ')}.`);
