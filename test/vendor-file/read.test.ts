import { describe, expect, it } from 'vitest';
import type { VendorDeclaration } from '../../src/vendor-file/declaration.ts';
import { readVendorFile } from '../../src/vendor-file/read.ts';
import { ACME } from './acme.ts';

function read(text = ACME): VendorDeclaration {
  const result = readVendorFile(text, 'acme.vendor.yaml');
  if ('problems' in result) throw new Error(result.problems.map(({ line }) => line).join('\n'));
  return result.declaration;
}

describe('the normal form of a vendor file', () => {
  it('takes paths apart, and keeps which part falls away with which id', () => {
    expect(read().status.request.path).toEqual([
      { segments: [[{ text: 'v2' }]], needs: [] },
      { segments: [[{ text: 'projects' }], [{ name: 'projectId' }]], needs: ['projectId'] },
      { segments: [[{ text: 'jobs' }], [{ name: 'jobId' }]], needs: [] },
    ]);
  });

  it('spells shorthands out', () => {
    const { status, files, errors, credentials, start, list, callback, settings } = read();

    expect(status.words).toMatchObject({
      queued: { status: 'QUEUED', outcome: null },
      ready: { status: 'SUCCEEDED', outcome: 'COMPLETE' },
    });
    expect(status.refine[0]?.where).toEqual([{ at: ['row_count'], test: { is: 0 } }]);
    expect(status.fields).toEqual({
      name: { at: [['title'], ['name']], as: null, absent: [] },
      createdAt: { at: [['created']], as: null, absent: [] },
      finishedAt: { at: [['finished']], as: 'epoch-seconds', absent: [] },
      percent: { at: [['progress']], as: 'fraction', absent: [] },
      retryAfterMs: { header: 'Retry-After' },
    });
    expect(files[0]).toMatchObject({
      at: [['download', 'url']],
      name: { at: [['download', 'filename']] },
      mediaType: { template: [{ text: 'text/csv' }] },
      of: ['SUCCEEDED'],
    });
    expect(files[1]?.request?.path[0]?.segments.at(-1)).toEqual([{ pointer: ['file', 'id'] }]);
    expect(errors.throttled).toMatchObject([
      { status: 429, wait: [{ header: 'Retry-After', as: null }, { defaultMs: 60_000 }] },
    ]);
    expect(errors.notFound[1]).toMatchObject({ status: 400, code: '17' });
    expect(credentials['api-key']).toEqual({ header: 'X-Acme-Key', prefix: '' });
    expect(credentials['client-credentials']).toMatchObject({
      client: 'basic',
      request: 'form',
      send: { header: 'Authorization', prefix: 'Bearer ' },
    });
    expect(start?.order).toMatchObject({ template: { type: 'ID', isRequired: true, at: ['template_id'] } });
    expect(start?.answer.ids).toEqual({ jobId: { at: [['id']], prefix: '' } });
    expect(start?.constants).toEqual([{ at: ['type'], value: 'bulk' }]);
    expect(list?.next).toEqual({ kind: 'cursor', at: [['next_cursor']], query: 'cursor' });
    expect(callback?.address).toEqual({ at: ['callback_url'] });
    expect(settings.region?.example).toBe('eu');
  });

  it('takes a 2xx among the statuses whose body is an answer, and a start without a key that says so', () => {
    const { status, start } = read(
      ACME.replace('  at: /data', '  answers: [200, 504]\n  at: /data').replace(
        'idempotency: { header: Idempotency-Key }',
        'idempotency: none',
      ),
    );

    expect(status.answers).toEqual([200, 504]);
    expect(start?.idempotency).toBeNull();
  });

  it('takes a field of the vendor’s type that is so long after one of the export’s own', () => {
    const { status } = read(
      ACME.replace('details:', 'details:\n    goesAt: { type: DateTime, from: finishedAt, plus: P7D }'),
    );

    expect(status.details.goesAt).toEqual({
      ...{ type: 'DateTime', isList: false, description: null },
      ...{ from: 'finishedAt', plusMs: 604_800_000 },
    });
  });

  it.each([
    [
      '{ type: Int, from: finishedAt, plus: P7D }',
      /goesAt\.type: found "Int", allowed: DateTime beside from/,
    ],
    ['{ type: DateTime, from: finishedAt }', /goesAt: found from alone, allowed: from and plus together/],
    [
      '{ type: DateTime, from: startedAt, plus: P7D }',
      /goesAt\.from: found "startedAt", allowed: another inst/,
    ],
    ['{ type: Int }', /goesAt\.at: found nothing, allowed: a JSON Pointer such as/],
    ['{ type: DateTime }', /goesAt: found none of them, allowed: exactly one of at, from/],
  ])('refuses the field %s', (detail, line) => {
    const result = readVendorFile(ACME.replace('details:', `details:\n    goesAt: ${detail}`), 'acme.yaml');

    const lines = 'problems' in result ? result.problems.map((each) => each.line) : [];
    expect(lines).toEqual([expect.stringMatching(line)]);
  });

  it('is plain JSON', () => {
    const declaration = read();

    expect(JSON.parse(JSON.stringify(declaration))).toEqual(declaration);
  });
});
