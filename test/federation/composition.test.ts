import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as apollo from '@apollo/composition';
import { composeSubgraphs } from '@graphql-mesh/fusion-composition';
import { composeServices } from '@theguild/federation-composition';
import { buildClientSchema, getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { startFakedGateway, toLocator } from '../graphql/support.ts';
import { VENDOR_KEYS } from '../support/vendors.ts';
import { blocksOf, PEOPLE_SDL, startHive } from './supergraph.ts';

describe('the subgraph composes with one that extends Export', () => {
  it.each([
    ["Apollo's", apollo.composeServices],
    ["Hive's", composeServices],
  ])('by %s composer', async (_whose, compose) => {
    await using gateway = await startFakedGateway({ config: { server: { federation: true } } });
    const { data } = await gateway.query('{ _service { sdl } }');

    const { errors, supergraphSdl } = compose([
      { name: 'waybill', typeDefs: parse(data._service.sdl), url: 'http://waybill.example/graphql' },
      { name: 'people', typeDefs: parse(PEOPLE_SDL), url: 'http://people.example/graphql' },
    ]);

    expect(errors ?? []).toEqual([]);
    const [, body = ''] = /\ninterface Export\b[^{]*\{([\s\S]*?)\n\}/.exec(supergraphSdl ?? '') ?? [];
    expect(body).toMatch(/\n {2}owner: Person @join__field\(graph: PEOPLE\)/);
    expect(body).toMatch(/\n {2}status: ExportStatus! @join__field\(graph: WAYBILL\)/);
    expect(supergraphSdl).toMatch(/\ntype Subscription\b/);
  });

  it('by the program in the documentation', async () => {
    const keys = [{ name: 'composer', key: 'key-of-the-composer', tenant: 'default' }];
    await using gateway = await startFakedGateway({
      config: { server: { federation: true, mode: 'production' }, access: { mode: 'keys', keys } },
    });
    const folder = mkdtempSync(join(tmpdir(), 'waybill-compose-'));
    const file = join(folder, 'people.graphql');
    writeFileSync(file, PEOPLE_SDL);
    const [program = ''] = blocksOf('js');
    const text = program.replace("'people.graphql'", JSON.stringify(file));
    const env = { ...process.env, WAYBILL_URL: gateway.url, WAYBILL_TOKEN: 'key-of-the-composer' };

    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', text], {
      env: { ...env, PEOPLE_URL: 'http://people.example', NODE_OPTIONS: '' },
    });
    rmSync(folder, { recursive: true });

    expect(parse(stdout).definitions.length).toBeGreaterThan(50);
    const [, head = ''] = /\n(interface Export [^{]*)\{/.exec(stdout) ?? [];
    const [shown = ''] = blocksOf('text');
    expect(head).toContain(shown.slice(0, shown.indexOf(' {')).replaceAll(/\n\s+/g, ' '));
  });

  it('with one that has PageInfo too', async () => {
    await using gateway = await startFakedGateway({ config: { server: { federation: true } } });
    const { data } = await gateway.query('{ _service { sdl } }');
    const other = `
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@shareable"])
      type Query { things: ThingPage! }
      type ThingPage { pageInfo: PageInfo! }
      type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }`;

    const { errors } = composeServices([
      { name: 'waybill', typeDefs: parse(data._service.sdl), url: 'http://waybill.example/graphql' },
      { name: 'things', typeDefs: parse(other), url: 'http://things.example/graphql' },
    ]);

    expect(errors ?? []).toEqual([]);
  });
});

describe('without server.federation', () => {
  it('it composes as a plain source of Mesh, and Hive Gateway asks it', { timeout: 30_000 }, async () => {
    await using gateway = await startFakedGateway();
    const { data } = await gateway.query(getIntrospectionQuery({ oneOf: true, specifiedByUrl: true }));

    const { supergraphSdl = '' } = composeSubgraphs([
      { name: 'waybill', schema: buildClientSchema(data), url: `${gateway.url}/graphql` },
    ]);
    await using hive = await startHive(supergraphSdl);
    const asked = await hive.query(
      `query ($locator: ExportLocator!) {
        export(locator: $locator) { __typename status ... on TalkdeskExport { jobId } }
        vendors { key }
      }`,
      { locator: toLocator('talkdesk', 1) },
    );

    expect(asked.errors).toEqual([]);
    expect(asked.data.export).toEqual({ __typename: 'TalkdeskExport', status: 'RUNNING', jobId: 'job-1' });
    expect(asked.data.vendors).toHaveLength(VENDOR_KEYS.length);
  });
});
