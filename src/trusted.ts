import { CLIENT_DOCUMENTS } from './cli/gateway/documents.ts';
import type { Config } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { MANIFEST_PATH, toDocumentProblems } from './config/manifest.ts';
import type { createSchema } from './graphql/schema.ts';
import { findDocumentFaults, TrustedDocuments } from './operations/trusted-documents.ts';
import { readBoardDocuments } from './web/board-documents.ts';

/** The documents that alone are answered, those of the board and the commands among them; null where every document is. @throws ConfigError */
export async function trustDocuments(
  { server: { trustedDocuments, mode }, limits }: Config,
  schema: ReturnType<typeof createSchema>,
): Promise<TrustedDocuments | null> {
  if (trustedDocuments === undefined) return null;
  const faults = findDocumentFaults(trustedDocuments, { schema, limits, mode });
  if (faults.length > 0) throw new ConfigError(MANIFEST_PATH, toDocumentProblems(faults));
  return new TrustedDocuments(trustedDocuments, [...CLIENT_DOCUMENTS, ...(await readBoardDocuments())]);
}
