/** What the commands exit with. */
export const EXIT = {
  succeeded: 0,
  /** An export ended badly, or could not be read, or its file could not be saved. */
  failed: 1,
  /** Wrong arguments, or a wrong configuration. */
  usage: 2,
  /** The gateway cannot be reached, or refuses the token. */
  unreachable: 3,
  /** Ctrl-C; 128 and the signal's number, as shells have it. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;
