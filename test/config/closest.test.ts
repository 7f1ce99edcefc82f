import { describe, expect, it } from 'vitest';
import { closestName } from '../../src/yaml/closest.ts';

const KEYS = ['apiKey', 'baseUrl', 'key', 'limits', 'maxMs', 'minMs', 'polling', 'timeoutMs'];

describe('the closest name', () => {
  it.each([
    ['apikey', 'apiKey'],
    ['api_key', 'apiKey'],
    ['API-KEY', 'apiKey'],
    ['baseURL', 'baseUrl'],
    ['limit', 'limits'],
    ['pollign', 'polling'],
    ['timeotMs', 'timeoutMs'],
    ['min_ms', 'minMs'],
    ['kye', 'key'],
    ['keys', 'key'],
    ['timeout', 'timeoutMs'],
  ])('to %j is %j', (name, closest) => {
    expect(closestName(name, KEYS)).toBe(closest);
  });

  it.each(['', 'colour', 'x', 'url', 'time', 'a'.repeat(10_000)])('to %j is none', (name) => {
    expect(closestName(name, KEYS)).toBeUndefined();
  });
});
