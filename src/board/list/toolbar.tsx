/** What narrows the list down, and orders it. All of it stands in the address. */
import type { Account, Export } from '@waybill/client';
import { type ReactNode, useEffect, useId, useMemo, useRef } from 'react';
import type { SortKey, View } from '../address.ts';
import { PHASES } from '../filters.ts';
import { KNOWN_STATUSES } from '../words/status.ts';
import { vendorName } from '../words/vendors.ts';

interface ToolbarProps {
  readonly view: View;
  readonly accounts: readonly Account[];
  readonly exports: readonly Export[];
  readonly onChange: (next: Partial<View>) => void;
}

type Choices = readonly (readonly [value: string, text: string])[];

const HOURS: Choices = [
  ['0', 'At any time'],
  ['1', 'In the last hour'],
  ['24', 'In the last day'],
  ['168', 'In the last week'],
  ['720', 'In the last 30 days'],
];
const SORTS: Choices = [
  ['moving', 'On their way first'],
  ['newest', 'Newest first'],
  ['-newest', 'Oldest first'],
  ['name', 'Name, A to Z'],
  ['-name', 'Name, Z to A'],
  ['vendor', 'Vendor'],
  ['status', 'Needing attention first'],
];

export function Toolbar({ view, accounts, exports, onChange }: ToolbarProps) {
  const { vendors, keys } = useOrigins(accounts, exports);
  const sort = `${view.isReversed ? '-' : ''}${view.sort}`;
  return (
    <search className="toolbar">
      <SearchField text={view.text} onChange={(text) => onChange({ text })} />
      <Choice label="Vendor" value={view.vendor} onChange={(vendor) => onChange({ vendor })}>
        {withAny('Every vendor', vendors, view.vendor)}
      </Choice>
      <Choice label="Account" value={view.account} onChange={(account) => onChange({ account })}>
        {withAny('Every account', keys, view.account)}
      </Choice>
      <Choice label="Status" value={view.status} onChange={(status) => onChange({ status })}>
        <option value="">Every status</option>
        <optgroup label="Where they stand">{toOptions(PHASES)}</optgroup>
        <optgroup label="Exactly">{toOptions(KNOWN_STATUSES)}</optgroup>
      </Choice>
      <Choice
        label="Begun"
        value={String(view.hours)}
        onChange={(hours) => onChange({ hours: Number(hours) })}
      >
        {toOptions(withCurrent(HOURS, String(view.hours), (hours) => `In the last ${hours} hours`))}
      </Choice>
      <Choice
        label="Order"
        value={sort}
        onChange={(chosen) =>
          onChange({ sort: chosen.replace(/^-/, '') as SortKey, isReversed: chosen.startsWith('-') })
        }
      >
        {toOptions(withCurrent(SORTS, sort, (key) => `By ${key.replace(/^-/, '')}, backwards`))}
      </Choice>
    </search>
  );
}

function SearchField({
  text,
  onChange,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target, key } = event;
      if (key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isField(target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div className="choice search">
      <label htmlFor={id}>
        Search <kbd className="hint">/</kbd>
      </label>
      <input
        id={id}
        ref={field}
        type="search"
        value={text}
        placeholder="Name, label, id or file"
        spellCheck={false}
        onChange={({ target }) => onChange(target.value)}
        onKeyDown={({ key }) => key === 'Escape' && onChange('')}
      />
    </div>
  );
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly children: ReactNode;
}

function Choice({ label, value, onChange, children }: ChoiceProps) {
  const id = useId();
  return (
    <div className="choice" data-set={value !== '' && value !== '0' && value !== 'moving' ? '' : undefined}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
        {children}
      </select>
    </div>
  );
}

/** The vendors and accounts of this caller; those of exports that are shown too, should the gateway not name them. */
function useOrigins(accounts: readonly Account[], exports: readonly Export[]) {
  return useMemo(() => {
    const vendors = new Map<string, string>();
    const keys = new Map<string, string>();
    for (const { vendor, key } of accounts) {
      vendors.set(vendor, vendorName(vendor));
      keys.set(key, key);
    }
    for (const { vendor, account } of exports) {
      vendors.set(vendor, vendorName(vendor));
      keys.set(account, account);
    }
    const sorted = (map: Map<string, string>): Choices =>
      [...map].sort(([, one], [, other]) => one.localeCompare(other));
    return { vendors: sorted(vendors), keys: sorted(keys) };
  }, [accounts, exports]);
}

function withAny(any: string, choices: Choices, current: string): ReactNode {
  return toOptions([['', any], ...withCurrent(choices, current, (value) => value)]);
}

/** What the address says is chosen, though nobody offers it. */
function withCurrent(choices: Choices, current: string, toText: (value: string) => string): Choices {
  const isKnown = current === '' || choices.some(([value]) => value === current);
  return isKnown ? choices : [...choices, [current, toText(current)]];
}

function toOptions(choices: Choices): ReactNode {
  return choices.map(([value, text]) => (
    <option key={value} value={value}>
      {text}
    </option>
  ));
}
