import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/config/process-environment.ts';

describe('the process environment', () => {
  it('is 4000 and nothing else where nothing is set', () => {
    expect(readEnvironment({ WAYBILL_URL: '', PORT: '' })).toEqual({
      variables: { WAYBILL_URL: '', PORT: '' },
      port: 4000,
      configFile: undefined,
      url: undefined,
      token: undefined,
      problems: [],
    });
  });

  it('names a port, a configuration file, a gateway and a token', () => {
    const variables = { PORT: '0', WAYBILL_CONFIG: 'a.yaml', WAYBILL_URL: 'http://h', WAYBILL_TOKEN: 't' };

    expect(readEnvironment(variables)).toEqual({
      variables,
      port: 0,
      configFile: 'a.yaml',
      url: 'http://h',
      token: 't',
      problems: [],
    });
  });

  it.each(['70000', '-1', '80a', ' 80', '1.5', '0x50'])('says that PORT cannot be %j', (PORT) => {
    expect(readEnvironment({ PORT }).problems).toEqual([
      'PORT: found a string, allowed: a whole number from 0 to 65535',
    ]);
  });

  it('is the one of this process where no other is given', () => {
    expect(readEnvironment().variables).toBe(process.env);
  });
});
