/**
 * Writes dist/simulator/index.d.ts: the types of the package's entry `waybill/simulator` in one file, which asks for no other package.
 *
 * Run: node scripts/build-types.js
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { nameFiles } from './build-packages.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const OUTPUT = join(ROOT, 'dist/simulator/index.d.ts');

// Within the project, where Node's own types are found.
const folder = mkdtempSync(join(ROOT, 'dist/types-'));
try {
  emitDeclarations(folder);
  rollUp(join(folder, 'simulator/index.d.ts'));
} finally {
  rmSync(folder, { recursive: true });
}
const asked = [...readFileSync(OUTPUT, 'utf8').matchAll(/from '([^']+)'/g)]
  .map(([, name]) => name)
  .filter((name) => !name.startsWith('node:'));
if (asked.length > 0)
  throw new Error(`The types of waybill/simulator ask for ${asked.join(', ')}: write them out.`);

/** @param {string} outDir */
function emitDeclarations(outDir) {
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const { status } = spawnSync(tsc, ['-p', join(ROOT, 'tsconfig.types.json'), '--outDir', outDir], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The types of waybill/simulator cannot be made.');
  nameFiles(outDir);
}

/** @param {string} entry */
function rollUp(entry) {
  const config = ExtractorConfig.prepare({
    configObjectFullPath: join(ROOT, 'api-extractor.json'),
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: entry,
      compiler: { tsconfigFilePath: join(ROOT, 'tsconfig.types.json'), skipLibCheck: true },
      apiReport: { enabled: false, reportFileName: 'none.api.md' },
      docModel: { enabled: false },
      dtsRollup: { enabled: true, untrimmedFilePath: OUTPUT },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
  const { errorCount } = Extractor.invoke(config, { localBuild: true, messageCallback: quiet });
  if (errorCount > 0) throw new Error('The types of waybill/simulator cannot be put into one file.');
}

/** @param {{ handled: boolean, logLevel: string }} message */
function quiet(message) {
  if (message.logLevel !== 'error') message.handled = true;
}
