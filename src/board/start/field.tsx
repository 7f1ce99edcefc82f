/** One field of an order; its grammar is told as somebody types. */
import { useId, useState } from 'react';
import { findFieldProblem, type OrderField } from './orders.ts';

interface FieldProps {
  readonly field: OrderField;
  readonly value: string;
  /** What the last try to start said of it. */
  readonly problem: string;
  readonly onChange: (value: string) => void;
}

export function Field({ field, value, problem, onChange }: FieldProps) {
  const { name, label, hint = '', kind, isList = false, isRequired = false, suggestions = [] } = field;
  const isLong = isList || kind === 'json' || kind === 'value';
  const id = useId();
  const typed = findFieldProblem(field, value);
  const isBegun = useBegun(value, typed);
  const shown = problem || (isBegun ? typed : '');
  const said = [hint, FORMATS[kind], isList && 'one a line', !isRequired && 'optional']
    .filter(Boolean)
    .join('; ');
  const shared = {
    id,
    name,
    value,
    required: isRequired,
    spellCheck: false,
    'aria-describedby': `${id}-problem`,
    'aria-invalid': shown !== '',
    onChange: ({ target }: { readonly target: { readonly value: string } }) => onChange(target.value),
  };
  return (
    <div className={isLong ? 'order-field wide' : 'order-field'}>
      <label htmlFor={id}>
        {label} {said !== '' && <span className="hint">{said}</span>}
      </label>
      {isLong ? (
        <textarea rows={2} {...shared} />
      ) : (
        <input
          type={kind === 'instant' ? 'datetime-local' : 'text'}
          autoCapitalize="off"
          list={suggestions.length > 0 ? `${id}-suggestions` : undefined}
          {...shared}
        />
      )}
      {suggestions.length > 0 && (
        <datalist id={`${id}-suggestions`}>
          {suggestions.map((text) => (
            <option key={text} value={text} />
          ))}
        </datalist>
      )}
      <p id={`${id}-problem`} className="problem" role={problem === '' ? undefined : 'alert'}>
        {shown}
      </p>
    </div>
  );
}

/** What has to be typed, where the label does not say it. */
const FORMATS: Partial<Record<OrderField['kind'], string>> = {
  json: 'a JSON object',
  value: 'JSON',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

/** Whoever has typed a good value once, or paused, is told of a wrong one at once; the first letters of an id are no mistake yet. */
function useBegun(value: string, problem: string): boolean {
  const [isBegun, setBegun] = useState(false);
  const isGood = value.trim() !== '' && problem === '';
  if (!isBegun && (isGood || value.length >= 4)) setBegun(true);
  if (isBegun && value === '') setBegun(false);
  return isBegun;
}
