/** The board's own module, next to this folder in the sources and where they are built to. */
const MODULE = new URL('../board/documents.js', import.meta.url);

/** What the board sends, to the letter: a gateway that answers trusted documents only trusts these too. */
export async function readBoardDocuments(): Promise<readonly string[]> {
  const documents = (await import(MODULE.href)) as Readonly<Record<string, unknown>>;
  return Object.values(documents).filter((text) => typeof text === 'string');
}
