import type { AshlarError, ErrorCode, ErrorParams } from '@ashlar/core';

/** Makes an error of the catalogue. The catalogue is loaded only then, so that commands start without it. */
export async function cliError<Code extends ErrorCode>(
  code: Code,
  params: ErrorParams<Code>,
  options?: ErrorOptions,
): Promise<AshlarError> {
  const { ashlarError } = await import('@ashlar/core');
  return ashlarError(code, params, options);
}

/** A wrong call of the command. `reason` is whole sentences. */
export async function usageError(reason: string): Promise<AshlarError> {
  return await cliError('ASH-USAGE', { reason });
}

/** The user ended a question with Ctrl+C. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** A refusal of the server, in its own words. */
export class ServerError extends Error {
  readonly code: string;
  readonly status: number;
  /** One more sentence from this side, such as where to find a token. */
  readonly hint: string | undefined;

  constructor(code: string, message: string, status: number, hint?: string) {
    super(message);
    this.name = 'ServerError';
    this.code = code;
    this.status = status;
    this.hint = hint;
  }
}
