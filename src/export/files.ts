import type { Export, FileDescription } from './export.ts';

/** A finished file together with the export it belongs to: what a link can be made for. */
export interface LinkableFile extends FileDescription {
  readonly export: Export;
  /** Its place in the export's files. */
  readonly index: number;
}

/** An export's files, ready to be linked. */
export function toLinkableFiles(
  owner: Export,
  files: readonly FileDescription[] | null,
): readonly LinkableFile[] | null {
  return files === null ? null : files.map((file, index) => ({ ...file, export: owner, index }));
}
