/** What every server under measurement is started with. */
export interface ServerSettings {
  readonly listingUrl: string;
  readonly plainUrl: string;
  /** Where the SDL files are. */
  readonly schemaFolder: string;
  /** Between two polls of one export. */
  readonly pollMs: number;
}
