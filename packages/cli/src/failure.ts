import type { AshlarError } from '@ashlar/core';
import { CommanderError } from 'commander';

import { Interrupted, ServerError } from './cli-error.ts';

/** How a command ended that did not succeed. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** 1 findings or refused · 2 wrong use · 3 not allowed · 4 network or upstream · 5 internal · 130 interrupted. */
  readonly exit: number;
}

/** What to tell about an error. */
export async function failureOf(error: unknown): Promise<Failure> {
  if (isAshlarError(error)) return { code: error.code, message: error.message, exit: error.exit };
  if (error instanceof ServerError) {
    const message = error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
    return { code: error.code, message, exit: await serverExit(error) };
  }
  if (error instanceof CommanderError) {
    // A command that needs another one behind it has printed its help.
    const isHelp = error.code === 'commander.help';
    const message = isHelp ? 'A command is missing.' : `${sentence(error.message)}\n${helpHint(error)}`;
    return { code: 'ASH-USAGE', message, exit: 2 };
  }
  if (error instanceof Interrupted) return { code: 'ASH-INTERRUPTED', message: 'Interrupted.', exit: 130 };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'ASH-INTERNAL', message: text, exit: 5 };
}

/** By name, because loading the class for a look would take longer than most commands. */
function isAshlarError(error: unknown): error is AshlarError {
  return error instanceof Error && error.name === 'AshlarError';
}

/** A newer server may know errors that this catalogue does not. */
async function serverExit({ code, status }: ServerError): Promise<number> {
  const { catalogue } = await import('@ashlar/core');
  if (Object.hasOwn(catalogue, code)) return catalogue[code as keyof typeof catalogue].exit;
  if (status === 401 || status === 403) return 3;
  if (status >= 500) return 4;
  return status === 400 ? 2 : 1;
}

function helpHint({ code }: CommanderError): string {
  return code === 'commander.unknownCommand'
    ? 'All commands: ashlar --help'
    : 'Add --help to see what it takes, with examples.';
}

function sentence(message: string): string {
  const text = message.replace(/^error: /, '').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
