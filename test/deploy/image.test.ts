import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { readFile } from './support.ts';

// What it builds is run by `npm run test:image`.
describe('the Dockerfile', () => {
  it('is one without faults', () => {
    expect(validate(readFile('Dockerfile'))).toEqual([]);
  });

  it('gives its whole build to an engine that knows nothing but what .dockerignore names', () => {
    const named = readFile('.dockerignore').split('\n');

    expect(named.filter((line) => line !== '' && !line.startsWith('#'))[0]).toBe('*');
    expect(named).not.toContain('!waybill.yaml');
  });

  it('installs what the lock file holds of every package of the repository', () => {
    const { workspaces } = JSON.parse(readFile('package.json')) as { workspaces: string[] };
    const manifests = [...readFile('Dockerfile').matchAll(/^COPY (packages\/\w+)\/package\.json \1\/$/gm)];

    expect(workspaces).toEqual(['packages/*']);
    const { packages } = JSON.parse(readFile('package-lock.json')) as { packages: Record<string, unknown> };
    expect(manifests.map(([, folder]) => folder)).toEqual(
      Object.keys(packages).filter((path) => path.startsWith('packages/')),
    );
  });
});
