import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFakeVendor } from '../support/fake-vendor.ts';
import { VENDOR_KEYS } from '../support/vendors.ts';
import { readRooms, readSteps, type Step } from './page.ts';
import { copyTree, type Tree } from './tree.ts';

const FIXTURE = new URL('../fixtures/adding-a-vendor/', import.meta.url);

const ASK = `{
  export(locator: { parcelCo: { exportId: "P-000017" } }) {
    vendor { key name } account { key } name status rawStatus outcome createdAt isTerminal files { name }
    ... on ParcelCoExport { exportId parcels }
  }
  vendors { key }
}`;

async function ask(url: string, query: string): Promise<{ data: unknown; errors?: unknown }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as { data: unknown; errors?: unknown };
}

const count = (text: string) => text.split('\n').length - 1;
const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

/** Of all files below a folder. */
async function countLines(folder: URL): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name), 'utf8'));
  return sum((await Promise.all(texts)).map(count));
}

/** The tests are one walk through the page: each stands on what those before it did to the tree. */
describe('docs/adding-a-vendor.md', { timeout: 120_000 }, () => {
  let tree: Tree;
  let steps: readonly Step[];
  const editsOf = (title: string) => steps.find((step) => step.title === title)?.edits ?? [];
  const filesOf = (title: string) => [...new Set(editsOf(title).map(({ path }) => path))].sort();
  const follow = async (title: string) => {
    expect(editsOf(title)).not.toEqual([]);
    for (const edit of editsOf(title)) await tree.apply(edit);
  };

  beforeAll(async () => {
    steps = await readSteps();
    tree = await copyTree();
  }, 120_000);
  afterAll(() => tree[Symbol.asyncDispose]());

  it('names every file of the folder', async () => {
    expect((await readdir(new URL('src/vendors/parcel-co', FIXTURE))).sort()).toEqual(await readRooms());
  });

  it('costs no more than 400 lines without a simulator, edits included', async () => {
    const added = steps
      .flatMap(({ edits }) => edits)
      .map(({ before, after }) => count(after) - count(before));
    const files = ['src', 'schema'].map((folder) => countLines(new URL(`${folder}/`, FIXTURE)));

    expect(sum(await Promise.all(files)) + sum(added)).toBeLessThanOrEqual(400);
  });

  it('names exactly the files the compiler asks for once there is an id, a folder and SDL', async () => {
    await follow('Give it an id');
    await tree.add(FIXTURE);
    await follow('Describe it in the schema');

    expect(await tree.complaints()).toEqual(filesOf('Add the lines the compiler asks for'));
  });

  it('names the one file the compiler asks for once everything is generated', async () => {
    await follow('Add the lines the compiler asks for');
    expect(await tree.run('node_modules/tsx/dist/cli.mjs', 'codegen.ts')).toMatchObject({ exitCode: 0 });

    expect(await tree.complaints()).toEqual(filesOf('Generate, and bind the resolvers'));
  });

  it('ends in a tree that builds', async () => {
    await follow('Generate, and bind the resolvers');

    expect(await tree.complaints()).toEqual([]);
    expect(await tree.run('scripts/build.js')).toMatchObject({ exitCode: 0, output: '' });
  });

  it('gives a gateway that reads the new vendor with the key of its configuration', async () => {
    await using vendor = await startFakeVendor(() => ({
      body: {
        state: 'sent',
        title: 'Autumn parcels',
        parcels: 3,
        made: '2026-11-22T10:00:00Z',
        link: 'https://x/y',
      },
    }));
    const account = {
      key: 'p',
      vendor: 'parcel-co',
      baseUrl: vendor.url,
      credential: { type: 'api-key', apiKey: 'k' },
    };
    const file = await tree.write(
      'waybill.json',
      JSON.stringify({ server: { port: 0 }, accounts: [account] }),
    );
    await using gateway = await tree.start('serve', '--config', file);

    const answer = await ask(gateway.url, ASK);

    expect(answer).toEqual({
      data: {
        export: {
          vendor: { key: 'parcel-co', name: 'Parcel Co' },
          account: { key: 'p' },
          name: 'Autumn parcels',
          status: 'SUCCEEDED',
          rawStatus: 'sent',
          outcome: 'COMPLETE',
          createdAt: '2026-11-22T10:00:00.000Z',
          isTerminal: true,
          files: [{ name: 'Autumn parcels.csv' }],
          exportId: 'P-000017',
          parcels: 3,
        },
        vendors: [...VENDOR_KEYS.slice(0, 4), 'parcel-co', ...VENDOR_KEYS.slice(4)].map((key) => ({ key })),
      },
    });
    expect(vendor.requests).toMatchObject([{ url: '/exports/P-000017', headers: { 'x-parcel-key': 'k' } }]);
  });

  it('gives a demo with the new vendor in it', async () => {
    await using demo = await tree.start('demo');

    const answer = await ask(demo.url, ASK);

    expect(answer).toMatchObject({
      data: {
        export: { account: { key: 'parcels' }, name: 'Parcels of last week', status: 'RUNNING', parcels: 17 },
      },
    });
  });
});
