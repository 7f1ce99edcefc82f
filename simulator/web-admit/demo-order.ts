import type { Random } from '../../src/runtime/clock.ts';
import { pickOne, pickWords } from '../pick.ts';
import type { DemoOrder } from '../simulator.ts';
import { TEMPLATES } from './catalogue.ts';

/** A run of one of the templates; one that is under way is the answer itself. */
export function createWebAdmitOrder(random: Random): DemoOrder {
  const { id, identityId, name } = pickOne(random, TEMPLATES);
  return {
    label: name,
    fields: { userIdentityId: String(identityId), exportId: String(id) },
    words: pickWords(random, ['failed', 'empty', 'partial']),
  };
}
