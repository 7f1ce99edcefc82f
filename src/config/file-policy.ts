import type { AccountConfig } from './config.ts';

/** How the files of an open account are handed out. */
export function toFilePolicy(accounts: readonly AccountConfig[], key: string) {
  const { baseUrl, fileOrigins, files, limits } = accounts.find(
    (account) => account.key === key,
  ) as AccountConfig;
  return { baseUrl, fileOrigins, delivery: files, timeoutMs: limits.timeoutMs } as const;
}
