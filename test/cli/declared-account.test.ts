import { describe, expect, it } from 'vitest';
import { toFirstAccount } from '../../src/cli/init/declared-account.ts';
import { readVendorFile } from '../../src/vendor-file/read.ts';

const FILE = `
id: acme-reports
name: Acme Reports
baseUrl: https://api.acme.example
settings:
  region: { pattern: "[a-z]{2}", default: eu }
  tenantId: { pattern: "[0-9]{1,9}", description: "The tenant's number." }
credentials:
  client-credentials: { tokenUrl: "https://id.acme.example/token" }
locator:
  jobId: { pattern: "[0-9]{1,19}" }
status:
  request: { method: GET, path: "/jobs/{tenantId}/{jobId}" }
  at: ""
  id: /id
  word: /state
  words: { queued: QUEUED, ready: { status: SUCCEEDED, outcome: COMPLETE } }
`;

describe("a first account at a file's vendor", () => {
  it('has its credential and the settings without a default, each from a variable', () => {
    const read = readVendorFile(FILE, 'acme.vendor.yaml');
    if ('problems' in read) throw new Error(read.problems.map(({ line }) => line).join('\n'));

    const { name, lines, variables } = toFirstAccount(read.declaration);

    expect(name).toBe('Acme Reports');
    expect(lines.split('\n')).toEqual([
      '- key: acme-reports',
      '  vendor: acme-reports',
      '  settings:',
      '    tenantId: "$' + '{ACME_REPORTS_TENANT_ID}"',
      '  credential:',
      '    type: client-credentials',
      '    clientId: "$' + '{ACME_REPORTS_CLIENT_ID}"',
      '    clientSecret: "$' + '{ACME_REPORTS_CLIENT_SECRET}"',
    ]);
    expect(variables.map((variable) => variable.name)).toEqual([
      'ACME_REPORTS_TENANT_ID',
      'ACME_REPORTS_CLIENT_ID',
      'ACME_REPORTS_CLIENT_SECRET',
    ]);
    expect(variables[0]?.holds).toMatch(/^The tenant's number, such as [0-9]+$/);
  });
});
