import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { CommandError, type TryAgain } from '../command-error.ts';
import { tryOften } from '../download/try-often.ts';
import { EXIT } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';
import type { GatewayAccess } from './address.ts';
import { queryGateway } from './query.ts';
import { CursorRefused, toUnreachable } from './trouble.ts';

/** A question to the gateway that may be asked twice without harm. */
export interface Question<Data, Variables> {
  readonly access: GatewayAccess;
  readonly document: TypedDocumentNode<Data, Variables>;
  readonly variables: Variables;
  readonly io: CommandIo;
}

/**
 * Asks until there is an answer, a few times at most.
 *
 * @throws CommandError
 */
export async function askGateway<Data, Variables>(question: Question<Data, Variables>): Promise<Data> {
  const { access, document, variables, io } = question;
  const signal = io.listenForInterrupt();
  try {
    return await tryOften(() => queryGateway(access, document, variables, signal), {
      clock: io.clock,
      random: io.random,
      signal,
      progress: () => 0,
      onNotice: (text) => void io.stderr.write(`${text}\n`),
      toFailure: (cause, tries) => toFailure(cause, tries, access),
    });
  } catch (error) {
    throw error instanceof CursorRefused ? new CommandError(EXIT.usage, error.message) : error;
  }
}

function toFailure(cause: TryAgain, tries: number, access: GatewayAccess): CommandError {
  if (cause.exitCode === EXIT.unreachable) return toUnreachable(access, cause.message, tries);
  return new CommandError(cause.exitCode, `${cause.message}. Tried ${tries} times.`, cause.code);
}
