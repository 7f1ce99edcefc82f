import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadRequest, LoadResult } from './load.ts';
import { NUMBER } from './operations.ts';
import { hasTaskset, LOAD_CORE, scratch } from './processes.ts';

export const hasWrk = spawnSync('wrk', ['--version']).error === undefined;

let scripts = 0;

/** What wrk sends instead of its own GET, and what it tells at the end. */
function writeScript({ bodies, authorization }: LoadRequest, isGet: boolean): string {
  scripts += 1;
  const file = join(scratch, `load-${scripts}.lua`);
  const texts = bodies.map((body) => `[==[${body}]==]`).join(',\n');
  const send = isGet
    ? 'return wrk.format("GET")'
    : `return wrk.format("POST", nil, nil, (bodies[number % #bodies + 1]:gsub("${NUMBER}", tostring(number))))`;
  writeFileSync(
    file,
    `
local bodies = {${texts}}
local number = math.floor(os.time() % 100000) * 10000
wrk.headers["content-type"] = "application/json"
wrk.headers["accept"] = "application/json"
wrk.headers["authorization"] = "${authorization}"
function request()
  number = number + 1
  ${send}
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %f %f\\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
`,
  );
  return file;
}

/** Each of so many connections asks again as soon as it has its answer. */
export async function runWrk(
  request: LoadRequest & { readonly connections: number; readonly seconds: number; readonly isGet?: boolean },
): Promise<LoadResult> {
  const script = writeScript(request, request.isGet ?? false);
  const { connections, seconds, url } = request;
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-s', script, url];
  const command = hasTaskset ? ['taskset', '-c', String(LOAD_CORE), 'wrk', ...args] : ['wrk', ...args];
  const child = spawn(command[0] ?? 'wrk', command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += String(chunk);
  });
  await new Promise((resolve) => child.once('close', resolve));
  const found = /RESULT (\d+) (\d+) (\d+) ([\d.]+) ([\d.]+)/.exec(output);
  if (found === null) throw new Error(`wrk says ${output}`);
  const [requests = 0, micros = 0, failures = 0, p50 = 0, p99 = 0] = found.slice(1).map(Number);
  return { requests, seconds: micros / 1e6, failures, p50Ms: p50 / 1_000, p99Ms: p99 / 1_000 };
}
