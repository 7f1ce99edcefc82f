/** What the commands exit with. */
export const EXIT = {
  succeeded: 0,
  /** An export ended badly, or could not be read. */
  failed: 1,
  /** Wrong arguments, or a wrong configuration. */
  usage: 2,
  /** The gateway cannot be reached. */
  unreachable: 3,
} as const;
