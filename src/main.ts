import './config/node-environment.ts';
import { createProcessIo } from './cli/io.ts';
import { run } from './cli/program.ts';

/** A server that stays up leaves the exit code open; everything else sets it. */
const exitCode = await run(process.argv.slice(2), createProcessIo());
if (exitCode !== undefined) process.exitCode = exitCode;
