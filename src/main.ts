import { createProcessIo } from './cli/io.ts';

// Before graphql-js is loaded: in any other mode it looks at each object for signs of a second copy of itself.
process.env.NODE_ENV ??= 'production';
const { run } = await import('./cli/program.ts');

/** A server that stays up leaves the exit code open; everything else sets it. */
const exitCode = await run(process.argv.slice(2), createProcessIo());
if (exitCode !== undefined) process.exitCode = exitCode;
