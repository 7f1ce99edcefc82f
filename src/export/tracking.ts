/** When an export will probably end, from how long others of its kind took. Epoch milliseconds. */
export interface ExportEstimate {
  /** Half of such exports had ended by then. */
  readonly finishAt: number;
  /** Nine of ten had. */
  readonly finishAtLatest: number;
  /** How many were seen. */
  readonly basedOn: number;
}
