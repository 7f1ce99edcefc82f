import { statSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import type { EnvironmentVariables } from '../config/process-environment.ts';
import type { Gateway } from '../gateway.ts';
import type { Log } from '../runtime/tools.ts';

export interface ReloadSettings {
  readonly gateway: Pick<Gateway, 'reload'>;
  /** The configuration's path. */
  readonly file: string;
  /** That of the process: no file changes it. */
  readonly env: EnvironmentVariables;
  readonly log: Log;
  /** Told of each configuration that is handed over. */
  readonly onLoaded?: ((config: Config) => void) | undefined;
}

/** What makes the gateway read its configuration again. */
export type ReloadReason = 'SIGHUP' | 'file change';

const REFUSED = 'The configuration was not reloaded: everything stays as it was.';

/**
 * Reads the configuration again and hands it to the gateway where it is whole; else the log says what is wrong, in the words of
 * the start, and nothing changes. Never throws.
 */
export function reloadConfig(
  { gateway, file, env, log, onLoaded }: ReloadSettings,
  reason: ReloadReason,
): void {
  try {
    const loaded = canBeRead(file) ? loadConfig({ file, env }) : { problems: [NOT_AGAIN] };
    if ('config' in loaded) {
      onLoaded?.(loaded.config);
      gateway.reload(loaded.config);
    } else for (const problem of loaded.problems) log.error({ reason, problem }, REFUSED);
  } catch (error) {
    log.error({ reason, error: error instanceof Error ? error.name : typeof error }, REFUSED);
  }
}

const NOT_AGAIN = 'configuration: found no regular file, allowed: a file that can be read again';

/** To open a pipe might wait for ever. Of a file that is not there `loadConfig` says so. */
function canBeRead(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
}
