import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { EnvironmentVariables } from '../../src/config/process-environment.ts';

/** The lines that a configuration is refused with; empty where it is taken. */
export function problemsOf(text: string, env: EnvironmentVariables = {}): readonly string[] {
  const loaded = loadConfig({ text, env });
  return 'problems' in loaded ? loaded.problems : [];
}

/** The configuration that a text comes to; throws its problems where it is refused. */
export function configOf(text: string, env: EnvironmentVariables = {}): Config {
  const loaded = loadConfig({ text, env });
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

/** The smallest account of Hi Energy's, with more keys of it as YAML. */
export function hiAccount(more = ''): string {
  return `  - { key: hi, vendor: hi-energy, credential: { type: api-key, apiKey: k }${more === '' ? '' : `, ${more}`} }\n`;
}

/** A file with that account, and other sections before it. */
export function withAccount(sections = '', more = ''): string {
  return `${sections}\naccounts:\n${hiAccount(more)}`;
}
