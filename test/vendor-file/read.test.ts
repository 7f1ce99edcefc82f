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

  it('is plain JSON', () => {
    const declaration = read();

    expect(JSON.parse(JSON.stringify(declaration))).toEqual(declaration);
  });
});
