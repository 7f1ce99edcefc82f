/**
 * What can be read at all. Whoever follows an export waits until a vendor knows a new one; whoever opens an address wants to know
 * at once that it leads to none.
 */
import { WaybillError } from '@waybill/client';
import { useWaybill } from '@waybill/react';
import { useEffect, useState } from 'react';

const NONE: ReadonlyMap<string, WaybillError> = new Map();

/** @returns why each of the locators cannot be read; nothing of those that can, or that may at another time */
export function useRefusals(locators: readonly string[], attempt = 0): ReadonlyMap<string, WaybillError> {
  const client = useWaybill();
  const [refusals, setRefusals] = useState(NONE);
  const text = locators.join('\n');

  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt asks anew
  useEffect(() => {
    setRefusals(NONE);
    if (text === '') return;
    const leaving = new AbortController();
    const asked = text.split('\n');
    client.getMany(asked, { signal: leaving.signal }).then(
      (answers) => {
        const refused = answers.flatMap((answer, index): [string, WaybillError][] =>
          answer instanceof WaybillError && !answer.retryable ? [[asked[index] ?? '', answer]] : [],
        );
        if (!leaving.signal.aborted) setRefusals(new Map(refused));
      },
      // The stream says what is wrong.
      () => {},
    );
    return () => leaving.abort();
  }, [client, text, attempt]);
  return refusals;
}
