import { describe, expect, it } from 'vitest';

type Kept = Pick<Storage, 'length' | 'getItem' | 'setItem' | 'removeItem' | 'clear'>;

// The page's own module, in a variable so that TypeScript does not look for its types.
const module = '../../src/graphiql/storage.js';
const { createStorage } = (await import(module)) as {
  createStorage(kept: Kept, headers: string | undefined): Kept;
};

/** What a browser's storage is to those who use it: its names are its own properties. */
function createKept(entries: Readonly<Record<string, string>> = {}) {
  const kept: Record<string, string> = { ...entries };
  const methods = {
    getItem: (name: string) => kept[name] ?? null,
    setItem: (name: string, text: string) => {
      kept[name] = text;
    },
    removeItem: (name: string) => {
      delete kept[name];
    },
    clear: () => undefined,
  };
  const store = new Proxy(methods as unknown as Kept, {
    get: (target, name) => (name === 'length' ? Object.keys(kept).length : Reflect.get(target, name)),
    ownKeys: () => Object.keys(kept),
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  });
  return { kept, store };
}

const KEY = '{"authorization": "Bearer secret"}';

describe('what GraphiQL keeps in the browser', () => {
  it.each(['queries', 'favorites'])('has no header in %s', (history) => {
    const { kept, store } = createKept();
    const entries = [{ query: '{ a }', variables: '{}', headers: KEY, operationName: 'A' }];

    createStorage(store, undefined).setItem(`graphiql:${history}`, JSON.stringify({ [history]: entries }));

    expect(kept[`graphiql:${history}`]).toBe(
      JSON.stringify({ [history]: [{ query: '{ a }', variables: '{}', operationName: 'A' }] }),
    );
  });

  it('has an operation of an earlier visit stand with the header that a new tab has', () => {
    const { store } = createKept({ 'graphiql:queries': '{"queries":[{"query":"{ a }"}]}' });

    expect(createStorage(store, '{}').getItem('graphiql:queries')).toBe(
      '{"queries":[{"query":"{ a }","headers":"{}"}]}',
    );
    expect(createStorage(store, undefined).getItem('graphiql:queries')).toBe(
      '{"queries":[{"query":"{ a }"}]}',
    );
  });

  describe('has an operation once where it is run once', () => {
    const A = { query: 'query A { a }', operationName: 'A' };
    const B = { query: 'query B { b }', operationName: 'B' };
    const write = (before: readonly object[], after: readonly object[]) => {
      const { kept, store } = createKept({ 'graphiql:queries': JSON.stringify({ queries: before }) });
      createStorage(store, undefined).setItem('graphiql:queries', JSON.stringify({ queries: after }));
      return JSON.parse(kept['graphiql:queries'] ?? '').queries;
    };

    it.each([
      [[A], [A, { ...A, variables: '' }]],
      [[A], [A, { ...A, headers: '', variables: '' }]],
      [
        [B, { ...A, operationName: null }],
        [B, { ...A, operationName: null }, A],
      ],
      // The oldest made room.
      [
        [B, A],
        [A, A],
      ],
    ])('and refuses it the second time: %j, then %j', (before, after) => {
      expect(() => write(before, after)).toThrow('this operation already');
    });

    it.each([
      [[], [A]],
      [[A], [A, B]],
      [
        [A, B],
        [A, B, A],
      ],
      [[A], [A, { ...A, variables: '{"a":1}' }]],
      [[A], [A, { ...A, headers: KEY }]],
      [[A], [A, { ...A, operationName: 'Other' }]],
    ])('and takes another: %j, then %j', (before, after) => {
      expect(write(before, after)).toHaveLength(after.length);
    });

    it('and lets one between two others be deleted', () => {
      expect(write([A, B, A], [A, A])).toEqual([A, A]);
    });
  });

  it('is otherwise what GraphiQL wrote, and goes when it is told to', () => {
    const { kept, store } = createKept({ theirs: '1' });
    const storage = createStorage(store, undefined);

    storage.setItem('graphiql:tabState', 'whatever');
    storage.setItem('graphiql:theme', 'dark');
    const read = [storage.getItem('graphiql:tabState'), storage.getItem('graphiql:none'), storage.length];
    storage.removeItem('graphiql:theme');
    const left = { ...kept };
    storage.clear();

    expect(read).toEqual(['whatever', null, 3]);
    expect(left).toEqual({ theirs: '1', 'graphiql:tabState': 'whatever' });
    expect(kept).toEqual({ theirs: '1' });
  });
});
