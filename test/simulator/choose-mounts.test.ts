import { describe, expect, it } from 'vitest';
import { chooseMounts } from '../../simulator/choose-mounts.ts';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { SHIPPED_DECLARATIONS } from '../../src/vendor-file/generated/shipped.ts';

const idsOf = (ids?: readonly string[]) => chooseMounts(ids).map(({ vendor }) => vendor);

describe('the vendors that are simulated', () => {
  it('are those that there is code for, unless others are named', () => {
    expect(idsOf()).toEqual(CODED_VENDOR_IDS);
    expect(idsOf(['talkdesk', 'power-bi'])).toEqual(['power-bi', 'talkdesk']);
  });

  it('are all of them, those in files too, by one word', () => {
    expect(idsOf(['all'])).toEqual([...CODED_VENDOR_IDS, ...SHIPPED_DECLARATIONS.map(({ id }) => id)]);
  });

  it('are refused by name where there is no such vendor', () => {
    expect(() => chooseMounts(['talkdesk', 'acme'])).toThrow(
      'There is no vendor "acme" to simulate: it is all, or power-bi,',
    );
  });
});
