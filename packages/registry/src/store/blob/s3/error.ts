import { AshlarError, ashlarError } from '@ashlar/core';

interface ServiceError {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The HTTP status of the answer; undefined when there was none. */
export function statusOf(error: unknown): number | undefined {
  return (error as ServiceError | undefined)?.$metadata?.httpStatusCode;
}

/** The code that the service gave its error, such as `SlowDown`; that of the system for a connection that failed. */
export function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as ServiceError;
  return statusOf(error) === undefined ? (code ?? name ?? 'Error') : (name ?? 'Error');
}

/** Whether there is no such object. A missing bucket is something else; only HEAD, which has no body, cannot tell. */
export function isMissingObject(error: unknown): boolean {
  return statusOf(error) === 404 && ['NoSuchKey', 'NotFound'].includes(codeOf(error));
}

/** The error that users see; its cause, with the codes of the service, is for the log. */
export function unavailable(error: unknown): AshlarError {
  if (error instanceof AshlarError) return error;
  const status = statusOf(error);
  const reason =
    status === 403
      ? 'the blob storage refuses access'
      : status === 503 || status === 429
        ? 'the blob storage has too much to do'
        : status === undefined
          ? 'the blob storage does not answer'
          : 'the blob storage fails';
  return ashlarError('ASH-UNAVAILABLE', { reason }, { cause: new Error(told(error), { cause: error }) });
}

/** The status of the answer that made `unavailable` say what it says. */
export function refusalOf(error: unknown): number | undefined {
  const told = (error as Error).cause;
  return told instanceof Error ? statusOf(told.cause) : undefined;
}

/** For the log: the SDK calls an answer without a body "UnknownError", whatever its status. */
function told(error: unknown): string {
  const status = statusOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const answer = status === undefined ? 'no whole answer' : `the answer ${status}`;
  return `${answer} of the blob storage: ${codeOf(error)}: ${message}`;
}

/** Passes on what `work` resolves to; whatever fails is the service's failure. @throws ASH-UNAVAILABLE */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw unavailable(error);
  }
}
