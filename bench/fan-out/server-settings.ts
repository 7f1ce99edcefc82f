/** What every server under measurement is started with. */
export interface ServerSettings {
  readonly listingUrl: string;
  readonly plainUrl: string;
  /** Between two polls of one export. */
  readonly pollMs: number;
}
