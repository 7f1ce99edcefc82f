/** The board on a stub, in the state that a test asks for by `scenario` in the window. */
import '../../../src/board/style/theme.css';
import '../../../src/board/style/page.css';
import '../../../src/board/style/forms.css';
import '../../../src/board/style/list.css';
import '../../../src/board/style/export.css';
import { WaybillError } from '@waybill/client';
import { WaybillProvider } from '@waybill/react';
import { createRoot } from 'react-dom/client';
import { Board } from '../../../src/board/board.tsx';
import { KeyPanel } from '../../../src/board/key-panel.tsx';
import { Masthead } from '../../../src/board/shell.tsx';
import { accountsOf, aDay, many, NOW } from './exports.ts';
import { createStub, type Scenario } from './stub.ts';

const day = aDay();

const SCENARIOS: Readonly<Record<string, () => Scenario>> = {
  day: () => ({ exports: day, accounts: accountsOf() }),
  trouble: () => ({
    exports: day,
    accounts: accountsOf({
      hi: { state: 'DEGRADED', lastError: 'VENDOR_UNAUTHENTICATED' },
      desk: { state: 'THROTTLED', lastError: 'VENDOR_RATE_LIMITED', throttledUntil: new Date(NOW + 45_000) },
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
    exports: day,
    accounts: accountsOf(),
    connection: {
      state: 'resuming',
      since: new Date(NOW - 40_000),
      attempt: 3,
      retryAt: new Date(NOW + 9_000),
    },
  }),
  closed: () => ({
    exports: day,
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

const { scenario = 'day' } = window as { readonly scenario?: string };
const root = createRoot(document.getElementById('root') as HTMLElement);
if (scenario === 'key') {
  root.render(
    <>
      <Masthead />
      <main className="page">
        <KeyPanel wasRefused={false} onKey={() => {}} />
      </main>
    </>,
  );
} else {
  const chosen = (SCENARIOS[scenario] ?? SCENARIOS.day)?.() ?? {};
  const known = chosen.exports ?? [];
  const stub = createStub(chosen);
  Object.assign(window, { stub, day, exports: known });
  root.render(
    <WaybillProvider client={stub}>
      <Board client={stub} onKeyNeeded={() => {}} onLeave={() => {}} />
    </WaybillProvider>,
  );
}
