import { type ConfigDigests, compareDigests } from './digests.ts';

/** Where a gateway's digests stand in what it tells the others of itself. */
const FIELD = 'configuration';

/** What a gateway tells the others of itself, by name. */
type NodeRecord = Readonly<Record<string, string>>;

export interface Agreement {
  /** What this gateway tells the others. */
  record(): NodeRecord;
  /** What all gateways tell, this one among them. */
  onRecords(records: ReadonlyMap<string, NodeRecord>): void;
}

/**
 * Compares what gateways tell of their configuration.
 *
 * @param onDifference - called with the names of what others have otherwise, once for each change of them; none where all agree again
 */
export function createAgreement(
  own: () => ConfigDigests,
  onDifference: (names: readonly string[]) => void,
): Agreement {
  let told = '';
  let text = '';
  let digests: ConfigDigests | undefined;
  /** Texts of others that were compared, so that a text which has not changed is not read again. */
  let compared = new Map<string, readonly string[]>();

  function toText(): string {
    const now = own();
    if (now !== digests) {
      digests = now;
      text = JSON.stringify(now);
      compared = new Map();
    }
    return text;
  }

  function compare(other: string): readonly string[] {
    const known = compared.get(other);
    if (known !== undefined) return known;
    const different = compareDigests(own(), readDigests(other));
    compared.set(other, different);
    return different;
  }

  return {
    record: () => ({ [FIELD]: toText() }),
    onRecords(records) {
      const ownText = toText();
      const others = [...new Set([...records.values()].map((record) => record[FIELD]))];
      const different = new Set<string>();
      const kept = new Map<string, readonly string[]>();
      for (const other of others) {
        // Another version may tell nothing of the kind.
        if (other === undefined || other === ownText) continue;
        const names = compare(other);
        kept.set(other, names);
        for (const name of names) different.add(name);
      }
      compared = kept;
      const now = [...different].sort();
      if (now.join() === told) return;
      told = now.join();
      onDifference(now);
    },
  };
}

/** Whatever stands there: another gateway has written it. */
function readDigests(text: string): ConfigDigests {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    const pairs = Object.entries(value).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string',
    );
    return Object.fromEntries(pairs);
  } catch {
    return {};
  }
}
