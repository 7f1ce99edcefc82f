import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { respondJson, respondText } from './respond.ts';
import { toPlainPage } from './security-headers.ts';

interface ProblemText {
  readonly status: number;
  readonly title: string;
  /** What to do now, in one sentence. */
  readonly advice: string;
}

/** Every way in which a file link can fail, as it is told to people and programs. */
export const FILE_PROBLEMS = {
  unknown: {
    status: 404,
    title: 'No such file link',
    advice: 'Copy the whole link, or go back to the page it came from and load it anew for a new one.',
  },
  method: { status: 405, title: 'A file can only be read', advice: 'Use GET or HEAD.' },
  expired: {
    status: 410,
    title: 'This link has expired',
    advice: 'Go back to the page it came from and load it anew for a new link.',
  },
  closed: {
    status: 404,
    title: 'This link is no longer allowed',
    advice:
      'Its account is not open here now: go back to the page it came from and load it anew for a new link.',
  },
  gone: {
    status: 410,
    title: 'The file is gone',
    advice: 'The vendor no longer has it: start the export again.',
  },
  unfinished: {
    status: 409,
    title: 'The export is not finished',
    advice: 'Wait until its status is SUCCEEDED, then open the link again.',
  },
  vendor: {
    status: 502,
    title: 'The vendor did not hand the file out',
    advice: 'Try again in a minute; if it stays so, tell whoever runs this gateway.',
  },
  busy: { status: 503, title: 'The vendor cannot be reached now', advice: 'Try again in a moment.' },
} as const satisfies Record<string, ProblemText>;

export type FileProblem = keyof typeof FILE_PROBLEMS;

const DEFAULT_RETRY_MS = 5_000;
const STYLE = `body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 20vh auto 0; padding: 0 1.5rem; color: #222; background: #fff }
h1 { line-height: 1.2 }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #181818 } }`;
const PAGE_HEADERS = toPlainPage(`sha256-${createHash('sha256').update(STYLE).digest('base64')}`);

/** Says what is wrong: a short page for a browser, JSON for everything else. Never a host, a key or a link of the vendor. */
export function respondProblem(
  request: IncomingMessage,
  response: ServerResponse,
  problem: FileProblem,
  retryAfterMs: number = DEFAULT_RETRY_MS,
): void {
  const { status, title, advice } = FILE_PROBLEMS[problem];
  const headers: Record<string, string> = {};
  if (status >= 502) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  if (status === 405) headers.allow = 'GET, HEAD';
  if ((request.headers.accept ?? '').includes('text/html')) {
    respondText(response, status, toPage(title, advice), {
      'content-type': 'text/html; charset=utf-8',
      ...PAGE_HEADERS,
      ...headers,
    });
    return;
  }
  respondJson(response, status, { error: { code: problem, message: `${title}. ${advice}` } }, headers);
}

function toPage(title: string, advice: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<p>${advice}</p>
</html>
`;
}
