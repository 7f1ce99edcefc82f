import { DOCUMENT_IDS } from './generated/document-ids.ts';
import * as texts from './generated/documents.ts';

/**
 * Every document that the client sends, by its id, `sha256:HEX`: what `server.trustedDocuments` of a gateway names, as it is or merged
 * into the manifest of your own documents.
 */
export const documents: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(texts).map(([name, text]) => [`sha256:${DOCUMENT_IDS[name as keyof typeof texts]}`, text]),
);

/** The same as the text of a manifest file. */
export const manifest: string = `${JSON.stringify(documents, null, 2)}\n`;
