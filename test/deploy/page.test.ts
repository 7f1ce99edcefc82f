import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT, readFile, readYaml } from './support.ts';

const PAGE = readFile('docs/deploy.md');

describe('docs/deploy.md', () => {
  it('shows the configuration that the manifests begin with', () => {
    const [, first = ''] = /^```yaml\n(server:.*?)^```$/ms.exec(PAGE) ?? [];

    expect([parse(first)]).toEqual(readYaml('deploy/kubernetes/sqlite/waybill.yaml'));
  });

  it('names services, profiles and folders that are there', () => {
    const [{ services }] = readYaml('compose.yaml') as [
      { services: Record<string, { profiles?: string[] }> },
    ];
    const profiles = Object.values(services).flatMap((service) => service.profiles ?? []);
    const asked = [...PAGE.matchAll(/^docker compose (?:--profile (\w+) )?up(?: -d)?(?: (\w+))?/gm)];

    expect(asked).toHaveLength(4);
    for (const [, profile, service] of asked) {
      if (profile !== undefined) expect(profiles).toContain(profile);
      if (service !== undefined) expect(services).toHaveProperty(service);
    }
    const folders = [...PAGE.matchAll(/kubectl apply -k (\S+)/g)]
      .map(([, folder = '']) => folder)
      .filter((folder) => folder.includes('/'));
    expect(folders).not.toEqual([]);
    for (const folder of folders) expect(existsSync(join(ROOT, folder, 'kustomization.yaml'))).toBe(true);
  });
});
