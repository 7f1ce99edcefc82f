import './support/with-dom.ts';
import { act } from '@testing-library/react';
import type { Export, ExportFile, Locator } from '@waybill/client';
import { type UseDownloadResult, useDownload } from '@waybill/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { setHidden } from './support/dom.ts';
import {
  createError,
  createExport,
  createManualWaybill,
  type ManualWaybill,
} from './support/manual-waybill.ts';
import { pass, show } from './support/render.ts';

const START_AT = Date.UTC(2026, 10, 22, 10);
const MINUTE = 60_000;

let waybill: ManualWaybill;
let result: UseDownloadResult;

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    now: START_AT,
  });
  waybill = createManualWaybill();
  return () => setHidden(false);
});

function Button({ of, index }: { readonly of: Export | Locator | null; readonly index?: number }) {
  result = useDownload(of, index);
  return <a {...result.anchorProps}>{result.state}</a>;
}

const fileOf = (url: string, lifeMs = 15 * MINUTE, fields: Partial<ExportFile> = {}): ExportFile => ({
  name: 'deals.csv',
  mediaType: 'text/csv',
  url: `http://gateway/files/${url}`,
  urlExpiresAt: new Date(Date.now() + lifeMs),
  availableUntil: null,
  ...fields,
});
const ended = (files: readonly ExportFile[] | null, fields: Partial<Export> = {}): Export =>
  createExport({ id: 'a', status: 'SUCCEEDED', files, ...fields });

describe('useDownload', () => {
  it.each<[string, UseDownloadResult['state'], Export | null]>([
    ['nothing', 'waiting', null],
    ['an export that runs', 'waiting', createExport()],
    ['an export with a file', 'ready', ended([fileOf('1', 9e12)])],
    ['one that ended without a file', 'none', ended([])],
    ['one that failed', 'none', createExport({ status: 'FAILED' })],
    ['one that was canceled', 'none', createExport({ status: 'CANCELED' })],
    ['one that is gone', 'gone', createExport({ status: 'EXPIRED' })],
    [
      'a file that the vendor keeps no longer',
      'gone',
      ended([fileOf('1', 9e12, { availableUntil: new Date(0) })]),
    ],
  ])('is, for %s, %s', async (_name, state, of) => {
    await show(waybill, <Button of={of} />, { strict: true });

    expect(result.state).toBe(state);
    expect('href' in result.anchorProps).toBe(state === 'ready');
  });

  it('gives the properties of a link, and the file of the place asked for', async () => {
    const of = ended([fileOf('1'), fileOf('2', 15 * MINUTE, { name: 'more.csv' })]);

    const view = await show(waybill, <Button of={of} index={1} />);

    expect(result.file).toBe(of.files?.[1]);
    expect(view.container.innerHTML).toBe('<a href="http://gateway/files/2" download="more.csv">ready</a>');
  });

  it('follows a locator until there is a file', async () => {
    const view = await show(waybill, <Button of="hi-energy:1" />);
    expect(view.container.textContent).toBe('waiting');
    await act(async () => waybill.tell('hi-energy:1', { status: 'RUNNING' }));
    expect(view.container.textContent).toBe('waiting');

    await act(async () => waybill.tell('hi-energy:1', { status: 'SUCCEEDED', files: [fileOf('1')] }));
    expect(view.container.textContent).toBe('ready');
  });

  it('is an error where the export cannot be read', async () => {
    await show(waybill, <Button of="hi-energy:1" />);
    await act(async () => waybill.fail('hi-energy:1', createError()));

    expect(result).toMatchObject({ state: 'error', error: { code: 'EXPORT_NOT_FOUND' } });
  });

  it('renews the link a minute before it ends, for as long as it is shown', async () => {
    let renewals = 0;
    waybill.answers.get = async () => ended([fileOf(`renewed-${++renewals}`)]);
    const view = await show(waybill, <Button of={ended([fileOf('first')])} />, { strict: true });

    await pass(14 * MINUTE - 1);
    expect([result.anchorProps.href, renewals]).toEqual(['http://gateway/files/first', 0]);
    await pass(1);
    expect([result.anchorProps.href, renewals]).toEqual(['http://gateway/files/renewed-1', 1]);
    for (let minute = 0; minute < 30; minute += 1) {
      await pass(MINUTE);
      expect(result.state).toBe('ready');
      expect(result.file?.urlExpiresAt.getTime()).toBeGreaterThan(Date.now());
    }
    expect(renewals).toBe(3);

    await view.update(null);
    await pass(60 * MINUTE);
    expect(renewals).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not renew while the page is hidden, and does when it is shown', async () => {
    waybill.answers.get = async () => ended([fileOf('renewed')]);
    await show(waybill, <Button of={ended([fileOf('first')])} />);
    setHidden(true);

    await pass(60 * MINUTE);
    expect(waybill.asked.get).toEqual([]);
    expect(result).toMatchObject({ state: 'waiting', anchorProps: {} });

    await act(async () => setHidden(false));
    expect(waybill.asked.get).toEqual(['a']);
    expect(result).toMatchObject({ state: 'ready', anchorProps: { href: 'http://gateway/files/renewed' } });
  });

  it('keeps a link that is good while it cannot be renewed, tries again when the gateway says, and says so at the end', async () => {
    const busy = Object.assign(createError('VENDOR_RATE_LIMITED', true), { retryAfterMs: 40_000 });
    waybill.answers.get = () => Promise.reject(busy);
    await show(waybill, <Button of={ended([fileOf('first')])} />);

    await pass(14 * MINUTE);
    expect([result.state, waybill.asked.get.length]).toEqual(['ready', 1]);
    await pass(40_000);
    expect([result.state, waybill.asked.get.length]).toEqual(['ready', 2]);
    await pass(21_000);
    expect(result).toMatchObject({ state: 'error', error: { code: 'VENDOR_RATE_LIMITED' } });

    waybill.answers.get = async () => ended([fileOf('renewed')]);
    await pass(40_000);
    expect(result.state).toBe('ready');
  });

  it('does not ask again and again where no retry can help', async () => {
    waybill.answers.get = () => Promise.reject(createError('VENDOR_UNAUTHENTICATED'));
    await show(waybill, <Button of={ended([fileOf('first')])} />);

    await pass(600 * MINUTE);

    expect([result.state, waybill.asked.get.length]).toEqual(['error', 1]);
  });

  it('does not ask all the time where the clock of this machine is far ahead', async () => {
    waybill.answers.get = async () => ended([fileOf('renewed', -60 * MINUTE)]);
    await show(waybill, <Button of={ended([fileOf('first', -60 * MINUTE)])} />);

    for (let tenth = 0; tenth < 60; tenth += 1) await pass(MINUTE / 6);

    expect(result.state).toBe('ready');
    expect(waybill.asked.get.length).toBeLessThanOrEqual(21);
  });

  it('looks for files that were not told of an export that ended well', async () => {
    waybill.answers.get = async () => ended([fileOf('found')]);

    await show(waybill, <Button of={ended(null)} />);

    expect(result).toMatchObject({ state: 'ready', anchorProps: { href: 'http://gateway/files/found' } });
  });

  it('turns to gone when the vendor drops the file', async () => {
    const availableUntil = new Date(START_AT + 5 * MINUTE);
    await show(waybill, <Button of={ended([fileOf('first', 15 * MINUTE, { availableUntil })])} />);
    expect(result.state).toBe('ready');

    await pass(5 * MINUTE);
    expect(result).toMatchObject({ state: 'gone', anchorProps: {} });
    await pass(60 * MINUTE);
    expect(waybill.asked.get).toEqual([]);
  });

  it('starts a download by a link of this moment', async () => {
    const clicked: string[] = [];
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      clicked.push(`${this.href} ${this.download}`);
    });
    waybill.answers.fileUrl = async () => new URL('http://gateway/files/fresh');
    await show(waybill, <Button of={ended([fileOf('first')])} />);

    await act(() => result.start());

    expect(clicked).toEqual(['http://gateway/files/fresh deals.csv']);
    expect(document.querySelectorAll('a')).toHaveLength(1);
    click.mockRestore();
  });

  it('says why a download could not be started, until one can', async () => {
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
    await show(waybill, <Button of={ended([fileOf('first')])} />);
    waybill.answers.fileUrl = () => Promise.reject(createError('VENDOR_UNAVAILABLE', true));

    await act(() => expect(result.start()).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' }));
    expect(result).toMatchObject({ state: 'ready', error: { code: 'VENDOR_UNAVAILABLE' } });

    waybill.answers.fileUrl = async () => new URL('http://gateway/files/fresh');
    await act(() => result.start());
    expect(result).toMatchObject({ state: 'ready', error: null });
  });
});
