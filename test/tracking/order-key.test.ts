import { expect, it } from 'vitest';
import { toOrderKey } from '../../src/tracking/start-input.ts';

it('knows an order again by tenant, key and what was ordered, and tells nothing of the caller’s key', () => {
  const key = toOrderKey('acme', 'my-key', 'digest');

  expect(toOrderKey('acme', 'my-key', 'digest')).toBe(key);
  expect(key).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  const others = [
    toOrderKey('other', 'my-key', 'digest'),
    toOrderKey('acme', 'other-key', 'digest'),
    toOrderKey('acme', 'my-key', 'other'),
    toOrderKey('acme', null, 'digest'),
    toOrderKey('acme', null, 'digest'),
  ];
  expect(new Set([key, ...others]).size).toBe(6);
});
