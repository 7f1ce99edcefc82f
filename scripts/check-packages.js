/**
 * Builds packages/* and looks at what would be published: the API against the committed report, and with publint and
 * arethetypeswrong.
 *
 * Run: node scripts/check-packages.js           exits 1 where something is wrong, or where the report is stale
 *      node scripts/check-packages.js --write   writes the reports, packages/NAME/api.md
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { buildPackages, PACKAGES } from './build-packages.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** The packages whose whole API is written down. */
const REPORTED = ['client', 'react'];

const isWriting = process.argv.includes('--write');
/** @type {string[]} */
const problems = [];

/** Everything that one entry of a package exports, as text. @param {string} folder @param {string} file */
function reportEntry(folder, file) {
  const temporary = mkdtempSync(join(tmpdir(), 'waybill-api-'));
  try {
    const config = ExtractorConfig.prepare({
      configObjectFullPath: join(folder, 'api-extractor.json'),
      packageJsonFullPath: join(folder, 'package.json'),
      configObject: {
        projectFolder: folder,
        mainEntryPointFilePath: join(folder, file),
        compiler: { tsconfigFilePath: join(folder, 'tsconfig.json'), skipLibCheck: true },
        apiReport: {
          enabled: true,
          reportFileName: 'report.api.md',
          reportFolder: temporary,
          reportTempFolder: temporary,
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        messages: {
          compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
          extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
          tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        },
      },
    });
    Extractor.invoke(config, {
      localBuild: true,
      messageCallback(message) {
        message.handled = true;
      },
    });
    return readFileSync(join(temporary, 'report.api.md'), 'utf8').replaceAll('\r\n', '\n');
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** @param {string} name */
function checkReport(name) {
  const folder = join(ROOT, 'packages', name);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const parts = Object.entries(exports).flatMap(([entry, targets]) => {
    if (typeof targets === 'string') return [];
    const text = reportEntry(folder, targets.types);
    const code = /```ts\n.*?```/s.exec(text)?.[0] ?? '';
    return [`## @waybill/${name}${entry.slice(1)}\n\n${code}\n`];
  });
  const head = `# What @waybill/${name} exports\n\nMade by scripts/check-packages.js. Never edited by hand: run \`npm run api\`.\n`;
  const report = [head, ...parts].join('\n');
  const file = join(folder, 'api.md');
  if (isWriting) writeFileSync(file, report);
  else if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) !== report)
    problems.push(
      `packages/${name}/api.md is stale: run \`npm run api\`, look at the difference, and commit it.`,
    );
}

/** @param {string} name @param {readonly string[]} command */
function checkWith(name, [tool = '', ...words]) {
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin', tool), words, {
    cwd: join(ROOT, 'packages', name),
    encoding: 'utf8',
  });
  if (status !== 0) problems.push(`${tool} of @waybill/${name}:\n${stdout}${stderr}`);
}

buildPackages();
for (const name of REPORTED) checkReport(name);
for (const name of isWriting ? [] : PACKAGES) {
  checkWith(name, ['publint', '--strict']);
  checkWith(name, ['attw', '--pack', '.', '--profile', 'esm-only']);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
