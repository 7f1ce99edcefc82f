/** What travels between the run and one of its processes. */
export interface Message {
  readonly number: number;
  readonly command: string;
  readonly value: unknown;
  readonly error?: string | undefined;
}

export type Commands = Readonly<Record<string, (value: never) => unknown | Promise<unknown>>>;

/** In a child: answers the run's commands, and ends with it. */
export function serveCommands(commands: Commands): void {
  process.on('message', async ({ number, command, value }: Message) => {
    try {
      const answer = await commands[command]?.(value as never);
      process.send?.({ number, command, value: answer ?? null } satisfies Message);
    } catch (error) {
      process.send?.({ number, command, value: null, error: String(error) } satisfies Message);
    }
  });
  process.on('disconnect', () => process.exit(0));
}
