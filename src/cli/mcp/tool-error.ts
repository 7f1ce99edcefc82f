import type { CallToolResult } from '@modelcontextprotocol/server';
import { CommandError, TryAgain } from '../command-error.ts';
import { toDurationText } from '../display/measures.ts';
import { EXIT } from '../exit-codes.ts';
import type { GatewayAccess } from '../gateway/address.ts';
import { CursorRefused } from '../gateway/trouble.ts';

/** Codes of what no gateway has answered. */
const UNREACHABLE = 'GATEWAY_UNREACHABLE';
const INTERNAL = 'INTERNAL_ERROR';

interface Fault {
  readonly code: string;
  readonly message: string;
}

export interface ErrorSettings {
  readonly access: GatewayAccess;
  /** True where the caller sits elsewhere: it is not told where the gateway is. */
  readonly isShared: boolean;
  /** For whoever runs this server. */
  readonly log: (text: string) => void;
  /** What to do, in a sentence; left out where there is nothing to say. */
  readonly advice?: string | undefined;
}

/** What went wrong, as a tool's result: an assistant reads it and can do better. */
export function toToolError(error: unknown, settings: ErrorSettings): CallToolResult {
  const { code, message } = toFault(error, settings);
  const advice = settings.advice !== undefined && code !== 'BAD_USER_INPUT' ? ` ${settings.advice}` : '';
  return { isError: true, content: [{ type: 'text', text: `${code}: ${message}${advice}` }] };
}

function toFault(error: unknown, { access, isShared, log }: ErrorSettings): Fault {
  if (error instanceof TryAgain && error.code !== undefined) {
    const wait = error.retryAfterMs === undefined ? '' : ` in ${toDurationText(error.retryAfterMs)}`;
    return { code: error.code, message: `${error.message}. Try again${wait}.` };
  }
  if (error instanceof TryAgain || (error instanceof CommandError && error.exitCode === EXIT.unreachable)) {
    const code = error.code ?? UNREACHABLE;
    const told =
      error instanceof TryAgain
        ? `Cannot reach the gateway at ${access.name}: ${error.message}.`
        : error.message;
    if (!isShared) return { code, message: told };
    log(told);
    const message =
      code === UNREACHABLE
        ? 'The gateway cannot be reached now. Try again later.'
        : 'The gateway does not accept this caller. The header "authorization: Bearer …" says who it is.';
    return { code, message };
  }
  if (error instanceof CursorRefused)
    return { code: 'BAD_USER_INPUT', message: 'The cursor is none of this gateway: begin without one.' };
  if (error instanceof CommandError) {
    const code = error.code ?? (error.exitCode === EXIT.usage ? 'BAD_USER_INPUT' : INTERNAL);
    return { code, message: error.message };
  }
  log(`A tool failed: ${error instanceof Error ? error.message : String(error)}`);
  return { code: INTERNAL, message: 'Something went wrong here.' };
}
