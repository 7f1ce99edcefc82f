import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRedirect } from '../../../src/vendors/talkdesk/client.ts';
import { EMPTY_JOB, parseJob } from '../../../src/vendors/talkdesk/types.ts';
import { filePath, JOB_ID, jobPath, readFixture } from './support.ts';

const HOST = 'https://api.talkdeskapp.com';
const IDS = { reportType: 'calls', jobId: JOB_ID };
const DONE = readFixture('done');

function decide(location: string | undefined, body: unknown = undefined, baseUrl = HOST) {
  return decideRedirect({ location, body, baseUrl, ids: IDS });
}

describe('a redirect on the status path', () => {
  it.each([
    ['relative', filePath()],
    ['relative to the job', `../files/${JOB_ID}`],
    ['absolute', `${HOST}${filePath()}`],
    ['absolute with the standard port', `https://api.talkdeskapp.com:443${filePath()}`],
    ['with a query', `${filePath()}?download=1`],
  ])('means done where its Location is the file of this job, %s', (_how, location) => {
    expect(decide(location)).toEqual({ type: 'done', word: 'done', job: EMPTY_JOB });
    expect(decide(location, DONE)).toEqual({ type: 'done', word: 'done', job: parseJob(DONE) });
  });

  it.each([
    filePath(),
    `/talkdesk${filePath()}`,
    `https://proxy.example/talkdesk${filePath()}`,
    `https://proxy.example${filePath()}`,
  ])('means done behind a path prefix, Location %s', (location) => {
    expect(decide(location, undefined, 'https://proxy.example/talkdesk')).toMatchObject({ type: 'done' });
  });

  it('keeps the spelling of the body’s word where it says done', () => {
    expect(decide(filePath(), { job: { status: 'DONE' } })).toMatchObject({ type: 'done', word: 'DONE' });
    expect(decide(filePath(), { status: 'completed' })).toMatchObject({ word: 'completed' });
  });

  it.each(['processing', 'uploading', 'Archived', ''])(
    'means done although the body still says %j, and keeps what else the body tells',
    (status) => {
      expect(decide(filePath(), { job: { status, name: 'Calls' } })).toMatchObject({
        type: 'done',
        word: 'done',
        job: { name: 'Calls' },
      });
    },
  );

  it.each([undefined, '', '/login', 'https://[', jobPath(), filePath('other'), filePath(JOB_ID, 'contacts')])(
    'is decided by the body where its Location is %j',
    (location) => {
      expect(decide(location, DONE)).toMatchObject({ type: 'done', word: 'done' });
      expect(decide(location, readFixture('processing'))).toMatchObject({ type: 'error' });
      expect(decide(location, '<html>')).toEqual({
        type: 'error',
        problem: 'it redirects to something else than the file of this job',
      });
    },
  );

  it.each([
    'https://login.example/signin',
    `https://evil.example${filePath()}`,
    `//evil.example${filePath()}`,
    `https://api.talkdeskapp.com@evil.example${filePath()}`,
    `https://api.talkdeskapp.com.evil.example${filePath()}`,
    `https://api.talkdeskapp.com:8443${filePath()}`,
    'javascript:alert(1)',
  ])('is an error where it leads to the foreign %s, whatever the body says', (location) => {
    for (const body of [undefined, DONE]) {
      expect(decide(location, body)).toEqual({ type: 'error', problem: 'it redirects to another host' });
    }
  });

  it('takes a Location that lost its https for no proof, so the body decides', () => {
    const location = `http://api.talkdeskapp.com${filePath()}`;

    expect(decide(location)).toMatchObject({ type: 'error' });
    expect(decide(location, DONE)).toMatchObject({ type: 'done' });
  });

  it('is an error where the body is about another job', () => {
    const body = { job: { id: 'another', status: 'done' } };

    expect(decide(filePath(), body)).toEqual({ type: 'error', problem: '"id" is not the one asked for' });
    expect(decide(undefined, body)).toEqual({ type: 'error', problem: '"id" is not the one asked for' });
    expect(decide(filePath(), { ID: JOB_ID.toUpperCase(), status: 'done' })).toMatchObject({ type: 'done' });
  });

  it('never throws and is never done for a Location and a body that do not say so', () => {
    const location = fc.oneof(fc.string(), fc.webUrl(), fc.constant(undefined));
    fc.assert(
      fc.property(location, fc.jsonValue(), (anywhere, anything) => {
        expect(decide(anywhere, anything).type).toBe('error');
      }),
    );
  });
});
