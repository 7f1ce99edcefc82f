import type { Export } from '@waybill/client';
import { describe, expect, it } from 'vitest';
import { EVERYTHING, readView, type View, writeView } from '../../src/board/address.ts';
import { applyView, nameOf } from '../../src/board/filters.ts';
import { toAnnouncement, toTitle } from '../../src/board/finishings.tsx';
import { toNextIndex } from '../../src/board/list/export-list.tsx';
import { merge } from '../../src/board/list/live-list.ts';
import { toRange } from '../../src/board/list/use-window.ts';
import { HOUR_MS, MINUTE_MS, NOW, shown } from './exports.ts';

const names = (exports: readonly Export[]) => exports.map(nameOf);
const view = (change: Partial<View>): View => ({ ...EVERYTHING, ...change });

describe('the list of the board', () => {
  it('holds each export once, as it was last heard of, and an end for good', () => {
    const listed = shown({ id: 'one', name: 'listed', asOf: new Date(NOW) });
    const streamed = shown({ id: 'one', name: 'streamed', asOf: new Date(NOW + 1) });
    const ended = shown({ id: 'two', name: 'ended', status: 'SUCCEEDED', asOf: new Date(NOW) });
    const late = shown({ id: 'two', name: 'late', status: 'RUNNING', asOf: new Date(NOW + 1) });

    expect(names(merge([[streamed], [listed]]))).toEqual(['streamed']);
    expect(names(merge([[listed], [streamed]]))).toEqual(['streamed']);
    expect(names(merge([[ended], [late]]))).toEqual(['ended']);
    expect(names(merge([[late], [ended]]))).toEqual(['ended']);
  });

  const ALL = [
    shown({
      id: 'a',
      name: 'Calls',
      vendor: 'talkdesk',
      account: 'desk',
      createdAt: new Date(NOW - 5 * MINUTE_MS),
    }),
    shown({ id: 'b', label: 'For Ann', name: 'Deals', createdAt: new Date(NOW - 3 * HOUR_MS) }),
    shown({
      id: 'c',
      name: 'Old',
      status: 'FAILED',
      createdAt: new Date(NOW - 50 * HOUR_MS),
      finishedAt: new Date(NOW - 49 * HOUR_MS),
    }),
    shown({
      id: 'd',
      name: 'Done',
      status: 'SUCCEEDED',
      createdAt: new Date(NOW - 60 * HOUR_MS),
      finishedAt: new Date(NOW - HOUR_MS),
    }),
    shown({ id: 'e', name: 'Begun who knows when', status: 'QUEUED' }),
  ];

  it('shows first what is on its way, the newest first, then what ended, the latest first', () => {
    expect(names(applyView(ALL, EVERYTHING, NOW))).toEqual([
      'Begun who knows when',
      'Calls',
      'For Ann',
      'Done',
      'Old',
    ]);
  });

  it.each<[string, Partial<View>, readonly string[]]>([
    ['a word of the name', { text: 'cal' }, ['Calls']],
    ['the vendor’s name under a label', { text: 'DEALS' }, ['For Ann']],
    ['words in any order', { text: 'energy ann' }, ['For Ann']],
    ['a status in words', { text: 'finished' }, ['Done']],
    ['a vendor', { vendor: 'talkdesk' }, ['Calls']],
    ['an account', { account: 'desk' }, ['Calls']],
    ['a status', { status: 'QUEUED' }, ['Begun who knows when']],
    ['a phase', { status: 'failed' }, ['Old']],
    ['a time', { hours: 1 }, ['Begun who knows when', 'Calls']],
    ['nothing that is there', { text: 'no such thing' }, []],
  ])('lets through what fits %s', (_what, change, expected) => {
    expect(names(applyView(ALL, view(change), NOW))).toEqual(expected);
  });

  it.each<[View['sort'], readonly string[]]>([
    ['name', ['Begun who knows when', 'Calls', 'Done', 'For Ann', 'Old']],
    ['newest', ['Begun who knows when', 'Calls', 'For Ann', 'Old', 'Done']],
    ['status', ['Old', 'Calls', 'For Ann', 'Begun who knows when', 'Done']],
    ['vendor', ['Begun who knows when', 'For Ann', 'Old', 'Done', 'Calls']],
  ])('is ordered by %s, and backwards', (sort, expected) => {
    expect(names(applyView(ALL, view({ sort }), NOW))).toEqual(expected);
    expect(names(applyView(ALL, view({ sort, isReversed: true }), NOW))).toEqual([...expected].reverse());
  });

  it('calls an export by its label, its name, its file or its ids', () => {
    const file = {
      name: 'Applicants.xlsx',
      url: '',
      urlExpiresAt: new Date(),
      mediaType: null,
      availableUntil: null,
    };

    expect(nameOf(shown({ label: 'For Ann', name: 'Deals' }))).toBe('For Ann');
    expect(nameOf(shown({ name: null, files: [file] }))).toBe('Applicants.xlsx');
    expect(nameOf(shown({ name: null, details: { exportId: '86446', exportFileId: '74784' } }))).toBe(
      'Export 86446/74784',
    );
    expect(nameOf(shown({ name: null, details: { exportId: 'M'.repeat(80) } }))).toBe('Export MMMM…MMMMMM');
  });

  it('keeps all that is chosen in the address, and nothing where nothing is', () => {
    const chosen = view({
      text: 'a & b',
      vendor: 'talkdesk',
      account: 'desk',
      status: 'failed',
      hours: 24,
      sort: 'name',
      isReversed: true,
    });

    expect(readView(writeView(chosen))).toEqual(chosen);
    expect(writeView(EVERYTHING)).toBe('');
    expect(readView('?sort=toString&hours=-4&q=')).toEqual(EVERYTHING);
  });

  it('puts only those rows into the page that are in sight or near it', () => {
    const sight = { height: 900, count: 1_000, rowHeight: 60 };

    expect(toRange({ ...sight, top: 300 })).toEqual({ first: 0, end: 18 });
    expect(toRange({ ...sight, top: -30_000 })).toEqual({ first: 492, end: 523 });
    expect(toRange({ ...sight, top: -100_000 })).toEqual({ first: 1_000, end: 1_000 });
    expect(toRange({ ...sight, top: 300, count: 2 })).toEqual({ first: 0, end: 2 });
  });

  it('is walked through by keys, from end to end and no further', () => {
    expect(
      ['ArrowDown', 'ArrowUp', 'PageDown', 'Home', 'End', 'x'].map((key) => toNextIndex(key, 5, 8)),
    ).toEqual([6, 4, 7, 0, 7, null]);
    expect(toNextIndex('ArrowDown', -1, 8)).toBeNull();
  });

  it('names what has ended, and counts what is too much to be read out', () => {
    const failed = shown({ name: 'Calls', status: 'FAILED' });
    const empty = shown({ name: 'Deals', status: 'SUCCEEDED', outcome: 'EMPTY' });

    expect(toAnnouncement([failed, empty])).toBe('Calls: Failed. Deals: Finished, empty.');
    expect(toAnnouncement([failed, failed, failed, failed])).toBe('4 exports have ended.');
    expect([toTitle(0, 0), toTitle(0, 3), toTitle(2, 3)]).toEqual([
      'Waybill',
      '(3) Waybill',
      '✓ 2 ended (3) Waybill',
    ]);
  });
});
