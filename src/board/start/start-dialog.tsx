/** Starts an export: a form for each vendor, made of what its orders hold. */
import type { Account, ExportOrder, StartedExport } from '@waybill/client';
import { useStartExport } from '@waybill/react';
import { type FormEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { toExportPath } from '../address.ts';
import { nameOf } from '../filters.ts';
import { Icon } from '../icons.tsx';
import { Link } from '../link.tsx';
import { codeOf, problemText } from '../words/problems.ts';
import { Field } from './field.tsx';
import { keyOf, settle } from './order-keys.ts';
import { orderForm, readOrder } from './orders.ts';

interface StartDialogProps {
  readonly accounts: readonly Account[];
  readonly onClose: () => void;
  readonly onStarted: () => void;
}

const LOST = 'Press “Start” again: the order has kept its key, so that it is not started twice.';
/** Answers that leave the order's key free for another order, or useless. */
const SETTLED = new Set(['VENDOR_REJECTED', 'BAD_USER_INPUT', 'IDEMPOTENCY_KEY_REUSED']);
const MAX_LABEL_LENGTH = 200;

type News =
  | { readonly kind: 'none' | 'starting' }
  | { readonly kind: 'started'; readonly shown: StartedExport }
  | { readonly kind: 'problem'; readonly text: string; readonly isSecond: boolean };

export function StartDialog({ accounts, onClose, onStarted }: StartDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="start-heading" onClose={onClose}>
      <header className="dialog-head">
        <h2 id="start-heading">Start an export</h2>
        <button type="button" className="icon-button" onClick={() => dialog.current?.close()}>
          <Icon sign="close" />
          <span className="visually-hidden">Close</span>
        </button>
      </header>
      <StartForm accounts={accounts} onStarted={onStarted} onLeave={() => dialog.current?.close()} />
    </dialog>
  );
}

interface StartFormProps {
  readonly accounts: readonly Account[];
  readonly onStarted: () => void;
  readonly onLeave: () => void;
}

function StartForm({ accounts, onStarted, onLeave }: StartFormProps) {
  const startable = useMemo(
    () =>
      accounts.filter(({ vendor, capabilities }) => capabilities.canStart && orderForm(vendor) !== undefined),
    [accounts],
  );
  const vendors = [...new Map(startable.map(({ vendor, vendorName }) => [vendor, vendorName]))];
  const [vendor, setVendor] = useState(vendors[0]?.[0] ?? '');
  const keys = startable.filter((account) => account.vendor === vendor).map(({ key }) => key);
  const [chosen, setAccount] = useState('');
  const account = keys.includes(chosen) ? chosen : (keys[0] ?? '');
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [label, setLabel] = useState('');
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const [news, setNews] = useState<News>({ kind: 'none' });
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const order = useOrder();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (news.kind === 'starting') return;
    const read = readOrder(vendor, account, typed);
    setProblems('problems' in read ? read.problems : {});
    if ('problems' in read) return focusField(form.current, Object.keys(read.problems)[0] ?? '');
    setNews({ kind: 'starting' });
    const came = await order(read.order, label.trim());
    setNews(came);
    if (came.kind !== 'started') return;
    setTyped({});
    setLabel('');
    onStarted();
  }

  function forget(): void {
    setProblems({});
    if (news.kind !== 'starting') setNews({ kind: 'none' });
  }
  const isSecond = news.kind === 'problem' && news.isSecond;

  return (
    <form ref={form} className="order" onSubmit={submit} autoComplete="off" noValidate>
      <div className="order-fields">
        <div className="order-field">
          <label htmlFor={`${id}-vendor`}>Vendor</label>
          <select
            id={`${id}-vendor`}
            value={vendor}
            onChange={({ target }) => {
              setVendor(target.value);
              setTyped({});
              forget();
            }}
          >
            {vendors.map(([key, name]) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
        </div>
        {keys.length > 1 && (
          <div className="order-field">
            <label htmlFor={`${id}-account`}>Account</label>
            <select id={`${id}-account`} value={account} onChange={({ target }) => setAccount(target.value)}>
              {keys.map((key) => (
                <option key={key}>{key}</option>
              ))}
            </select>
          </div>
        )}
        {orderForm(vendor)?.fields.map((field) => (
          <Field
            key={`${vendor} ${field.name}`}
            field={field}
            value={typed[field.name] ?? ''}
            problem={problems[field.name] ?? ''}
            onChange={(value) => {
              setTyped((before) => ({ ...before, [field.name]: value }));
              forget();
            }}
          />
        ))}
        <div className="order-field">
          <label htmlFor={`${id}-label`}>
            Label <span className="hint">what people call it here; optional</span>
          </label>
          <input
            id={`${id}-label`}
            value={label}
            maxLength={MAX_LABEL_LENGTH}
            onChange={({ target }) => setLabel(target.value)}
          />
        </div>
      </div>
      <footer className="order-end">
        <button type="submit" className="button strong" aria-disabled={news.kind === 'starting'}>
          {isSecond ? 'Send a second order' : 'Start'}
        </button>
        <Told news={news} onLeave={onLeave} />
      </footer>
    </form>
  );
}

/** Sends an order under a key that it keeps until it is known what became of it. */
function useOrder(): (order: ExportOrder, label: string) => Promise<News> {
  const { start } = useStartExport();
  return async (order, label) => {
    try {
      const shown = await start(order, {
        idempotencyKey: keyOf(order),
        ...(label === '' ? {} : { label }),
      });
      settle(order);
      return { kind: 'started', shown };
    } catch (error) {
      const code = codeOf(error);
      if (SETTLED.has(code)) settle(order);
      const isUnknown = code === 'START_OUTCOME_UNKNOWN';
      const isSafe = (error as { readonly retryable?: boolean }).retryable === true;
      const text = problemText(error, LOST);
      // Without a list, nobody can tell the second order from the first: the button says what it does.
      return {
        kind: 'problem',
        text: isUnknown && isSafe ? `${text} ${LOST}` : text,
        isSecond: isUnknown && !isSafe,
      };
    }
  };
}

function Told({ news, onLeave }: { readonly news: News; readonly onLeave: () => void }) {
  return (
    <>
      <p role="status" className="told">
        {news.kind === 'starting' && 'Starting…'}
        {news.kind === 'started' && (
          <>
            {toNews(news.shown)}{' '}
            <Link to={toExportPath(news.shown.id)} onClick={onLeave}>
              Look at it
            </Link>
          </>
        )}
      </p>
      <p role="alert" className="problem told">
        {news.kind === 'problem' ? news.text : ''}
      </p>
    </>
  );
}

function toNews(shown: StartedExport): string {
  const came = shown.isExisting ? 'was there already: nothing new was started.' : 'is started.';
  return `${nameOf(shown)} ${came} It stands in the list${shown.tracking === null ? ', and is not tracked.' : '.'}`;
}

function focusField(form: HTMLFormElement | null, name: string): void {
  form?.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`)?.focus();
}
