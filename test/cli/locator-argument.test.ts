import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCommandLineLocator } from '../../simulator/examples.ts';
import { startSimulators } from '../../simulator/server.ts';
import { CommandError } from '../../src/cli/command-error.ts';
import { LOCATOR_FORMS, parseLocatorArguments } from '../../src/cli/locator-argument.ts';
import { toExportKey } from '../../src/export/locator.ts';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';

const REPORT = 'aa96f597-1f78-4e38-b47e-b6d621c0c17e';
const GROUP = 'dcf522d1-dfff-4c17-85f1-4e52591f0b2e';

function parseOne(text: string) {
  const [argument] = parseLocatorArguments([text]);
  if (argument === undefined) throw new Error('nothing was parsed');
  return argument;
}

/** What a list of arguments is refused with. */
function refusalOf(...texts: readonly string[]): CommandError {
  try {
    parseLocatorArguments(texts);
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const uuid = fc.uuid();
const number = fc.bigInt({ min: 1n, max: 999_999_999_999_999_999n }).map(String);
const account = fc.option(fc.stringMatching(/^[a-z0-9-]{1,40}$/), { nil: undefined });
const powerBiExport = fc
  .stringMatching(/^[A-Za-z0-9+_.:@~-]{1,120}={0,2}$/)
  .filter((id) => !/^\.{1,2}$/.test(id));

/** Ids of one vendor, in the order in which they are written. */
const ids: fc.Arbitrary<{ vendor: CodedVendorId; ids: Record<string, string> }> = fc.oneof(
  fc
    .record({ reportId: uuid, exportId: powerBiExport })
    .map((own) => ({ vendor: 'power-bi' as const, ids: own })),
  fc
    .record({ groupId: uuid, reportId: uuid, exportId: powerBiExport })
    .map((own) => ({ vendor: 'power-bi' as const, ids: own })),
  fc.record({ exportId: number }).map((own) => ({ vendor: 'hi-energy' as const, ids: own })),
  fc
    .record({
      reportType: fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/),
      jobId: fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
    })
    .map((own) => ({ vendor: 'talkdesk' as const, ids: own })),
  fc
    .record({ userIdentityId: number, exportId: number, exportFileId: number })
    .map((own) => ({ vendor: 'web-admit' as const, ids: own })),
);

const FIELDS = {
  'power-bi': 'powerBi',
  'hi-energy': 'hiEnergy',
  talkdesk: 'talkdesk',
  'web-admit': 'webAdmit',
} as const;

describe('a locator on the command line', () => {
  it.each([
    [`power-bi:${REPORT}/Mi9C=`, { powerBi: { reportId: REPORT, exportId: 'Mi9C=' } }],
    [
      `power-bi:${GROUP}/${REPORT}/a:b@c`,
      { powerBi: { groupId: GROUP, reportId: REPORT, exportId: 'a:b@c' } },
    ],
    ['hi-energy:42', { hiEnergy: { exportId: '42' } }],
    ['eu-2@hi-energy:42', { hiEnergy: { account: 'eu-2', exportId: '42' } }],
    ['talkdesk:calls/6f1c', { talkdesk: { reportType: 'calls', jobId: '6f1c' } }],
    ['web-admit:1/2', { webAdmit: { exportId: '1', exportFileId: '2' } }],
    ['web-admit:3/1/2', { webAdmit: { userIdentityId: '3', exportId: '1', exportFileId: '2' } }],
  ])('reads %s', (text, expected) => {
    expect(parseOne(text)).toMatchObject({ text, locator: expected });
  });

  it.each([
    ['Acme:1', /before the colon stands the key of a vendor/],
    ['Hi-Energy:1', /before the colon stands the key of a vendor/],
    ['hi-energy', /give VENDOR:IDS, such as hi-energy:ID, or the `id` of an earlier answer/],
    ['', /give VENDOR:IDS/],
    ['hi-energy:', /its exportId must be a positive integer/],
    ['hi-energy:1/2', /write hi-energy:ID\.$/],
    ['@hi-energy:1', /before the @ stands an account key/],
    ['EU@hi-energy:1', /before the @ stands an account key/],
    ['a@b@hi-energy:1', /names no export/],
    [`power-bi:${REPORT}`, /write power-bi:REPORT\/EXPORT or power-bi:GROUP\/REPORT\/EXPORT/],
    [`power-bi:${REPORT}/..`, /its exportId must be/],
    ['talkdesk:Calls/1', /its reportType must be a report type/],
    ['web-admit:1/02', /its exportFileId must be a positive integer/],
    ['hi-energy:4\u001b[31m2', /it holds control characters/],
    [`hi-energy:${'1'.repeat(5_000)}`, /it is too long/],
    ['WyJhY2NvdW50IiwiaGkiXQ', /it is the id of an account/],
  ])('refuses %j with a sentence that says what is allowed', (text, expected) => {
    const { exitCode, message } = refusalOf(text);

    expect(exitCode).toBe(2);
    expect(message).toMatch(expected);
  });

  it('is refused together with all others that are none, one line each', () => {
    expect(refusalOf('Acme:1', 'hi-energy:42', 'hi-energy:x').message.split('\n')).toHaveLength(2);
  });

  it('of a vendor that only the gateway knows is left to it, and names what the gateway made of it', () => {
    const [bare, whole] = parseLocatorArguments(['acme-reports:7/a@b:c', 'eu@acme-reports:7/a@b:c']);
    const idOf = (...parts: readonly (string | null)[]) =>
      Buffer.from(JSON.stringify(['export', ...parts])).toString('base64url');

    expect(bare?.locator).toEqual({ text: 'acme-reports:7/a@b:c' });
    expect(whole?.locator).toEqual({ text: 'eu@acme-reports:7/a@b:c' });
    expect(bare?.names(idOf('acme-reports', 'us', '7', null, 'a@b:c'))).toBe(true);
    expect(whole?.names(idOf('acme-reports', 'eu', '7', null, 'a@b:c'))).toBe(true);
    expect(whole?.names(idOf('acme-reports', 'us', '7', null, 'a@b:c'))).toBe(false);
    expect(bare?.names(idOf('acme-reports', 'us', '17', 'a@b:c'))).toBe(false);
    expect(bare?.names(idOf('other', 'us', '7', 'a@b:c'))).toBe(false);
  });

  it('names the export that the gateway makes of it, and no other', () => {
    fc.assert(
      fc.property(
        ids,
        account,
        fc.stringMatching(/^[a-z]{1,8}$/),
        ({ vendor, ids: own }, given, fallback) => {
          const prefix = given === undefined ? '' : `${given}@`;
          const argument = parseOne(`${prefix}${vendor}:${Object.values(own).join('/')}`);
          const grammar = CODED_VENDORS[vendor].locator;
          const exportId = toExportKey(grammar, vendor, given ?? fallback, own).id;

          expect(argument.locator).toEqual({ [FIELDS[vendor]]: { ...own, account: given } });
          expect(argument.names(exportId)).toBe(true);
          expect(argument.names(toExportKey(grammar, vendor, `${given ?? 'x'}-2`, own).id)).toBe(
            given === undefined,
          );
          expect(parseOne(exportId)).toMatchObject({ vendor, locator: { id: exportId } });
          expect(argument.names('no id at all')).toBe(false);
        },
      ),
    );
  });

  it('may be the id that an earlier release gave a WebAdMIT run, which answers hold without its identity', () => {
    const encode = (identity: string | null) =>
      Buffer.from(JSON.stringify(['export', 'web-admit', 'admit', identity, '5', '7'])).toString('base64url');
    const former = parseOne(encode('37442'));

    expect(former.locator).toEqual({ id: encode('37442') });
    expect(former.names(encode(null))).toBe(true);
    expect(parseOne(encode(null)).names(encode(null))).toBe(true);
  });

  it('names what it holds itself where its ids are none of the vendor: the gateway says so', () => {
    const id = Buffer.from(JSON.stringify(['export', 'web-admit', 'admit', '0', '5', '7'])).toString(
      'base64url',
    );

    expect(parseOne(id).names(id)).toBe(true);
  });

  it('is parsed or refused in plain text, whatever it is', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom(...CODED_VENDOR_IDS), fc.string({ unit: 'binary' }))
        .map((parts) => parts.join(':')),
    );
    fc.assert(
      fc.property(text, (value) => {
        try {
          expect(parseOne(value).text).toBe(value);
        } catch (error) {
          expect(error).toBeInstanceOf(CommandError);
          expect((error as CommandError).message).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });

  it('is what the simulators print for their jobs', async () => {
    await using simulators = await startSimulators();

    for (const vendor of CODED_VENDOR_IDS) {
      for (const job of simulators.seeds[vendor]) {
        expect(parseOne(toCommandLineLocator(vendor, job)).locator).toMatchObject({
          [FIELDS[vendor]]: job.ids,
        });
      }
    }
  });

  it('has at least one form for each vendor', () => {
    expect(LOCATOR_FORMS.map((form) => form.split(':')[0])).toEqual([...CODED_VENDOR_IDS]);
  });
});
