/** A file that a simulated job produced; its bytes are made when first asked for. */
export interface SampleFile {
  readonly name: string;
  readonly mediaType: string;
  bytes(): Promise<Uint8Array>;
}

export type SampleFormat = 'csv' | 'json' | 'pdf' | 'pptx' | 'xlsx' | 'png' | 'zip';
