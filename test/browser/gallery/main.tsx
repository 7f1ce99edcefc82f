/** The board on a stub, in the state that a test asks for: by `scenario` in the window at first, by `show` from then on. */
import '../../../src/board/style/theme.css';
import '../../../src/board/style/page.css';
import '../../../src/board/style/forms.css';
import '../../../src/board/style/list.css';
import '../../../src/board/style/export.css';
import { WaybillError } from '@waybill/client';
import { WaybillProvider } from '@waybill/react';
import { createRoot, type Root } from 'react-dom/client';
import { Board } from '../../../src/board/board.tsx';
import { KeyPanel } from '../../../src/board/key-panel.tsx';
import { Masthead } from '../../../src/board/shell.tsx';
import { accountsOf, aDay, ago, ahead, many } from './exports.ts';
import { createStub, type Scenario } from './stub.ts';

const SCENARIOS: Readonly<Record<string, () => Scenario>> = {
  day: () => ({ exports: aDay(), accounts: accountsOf() }),
  trouble: () => ({
    exports: aDay(),
    accounts: accountsOf({
      hi: { state: 'DEGRADED', lastError: 'VENDOR_UNAUTHENTICATED' },
      desk: { state: 'THROTTLED', lastError: 'VENDOR_RATE_LIMITED', throttledUntil: ahead(45_000) },
    }),
    recent: {
      unavailable: [
        {
          account: 'hi',
          vendor: 'hi-energy',
          code: 'VENDOR_UNAUTHENTICATED',
          message: 'Hi Energy refused the credential.',
        },
      ],
    },
  }),
  resuming: () => ({
    exports: aDay(),
    accounts: accountsOf(),
    connection: {
      state: 'resuming',
      since: ago(40_000),
      attempt: 3,
      retryAt: ahead(9_000),
    },
  }),
  closed: () => ({
    exports: aDay(),
    accounts: accountsOf(),
    connection: {
      state: 'closed',
      error: new WaybillError('Not from this origin.', { code: 'FORBIDDEN' }),
    },
  }),
  unreachable: () => ({ error: new WaybillError('fetch failed', { code: 'NETWORK', retryable: true }) }),
  empty: () => ({ accounts: accountsOf() }),
  loading: () => ({ isSilent: true, connection: { state: 'connecting' } }),
  forbidden: () => ({
    accounts: accountsOf(),
    error: new WaybillError('Hi Energy answered 404 (404) when asked for the status of an export.', {
      code: 'EXPORT_NOT_FOUND',
      requestId: 'efefe4da-fbb2-45c1-b101-c1e323beebab',
    }),
  }),
  many: () => ({ exports: many(1_000), accounts: accountsOf() }),
};

let root: Root | undefined;

/** Begins the board anew at this address, as a page that was just opened does: times count from now. */
function show(scenario: string, address: string): void {
  root?.unmount();
  history.replaceState(null, '', address);
  scrollTo(0, 0);
  root = createRoot(document.getElementById('root') as HTMLElement);
  if (scenario === 'key') {
    root.render(
      <>
        <Masthead />
        <main className="page">
          <KeyPanel wasRefused={false} onKey={() => {}} />
        </main>
      </>,
    );
    return;
  }
  const chosen = SCENARIOS[scenario]?.();
  if (chosen === undefined) throw new Error(`The gallery has no scenario ${scenario}.`);
  const stub = createStub(chosen);
  Object.assign(window, { stub, exports: chosen.exports ?? [] });
  root.render(
    <WaybillProvider client={stub}>
      <Board client={stub} onKeyNeeded={() => {}} onLeave={() => {}} />
    </WaybillProvider>,
  );
}

Object.assign(window, { show });
const { scenario = 'day' } = window as { readonly scenario?: string };
show(scenario, location.href);
