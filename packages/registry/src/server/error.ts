import { AshlarError, ashlarError } from '@ashlar/core';
import type { FastifyRequest } from 'fastify';

import { bodyTooSlow } from '../gateway/slow-body.ts';

/**
 * Turns whatever was thrown into an error of the catalogue. What is not known is logged with its stack under the id of
 * the request; the user gets the id.
 */
export function knownError(error: unknown, request: FastifyRequest): AshlarError {
  if (error instanceof AshlarError) {
    // Overload has a line of its own; one for each refusal would add to it.
    if (error.status >= 500 && error.code !== 'ASH-OVERLOADED')
      request.log.error({ err: error.cause ?? error, code: error.code }, 'request failed');
    return error;
  }
  const { code, message, statusCode } = error as { code?: string; message?: string; statusCode?: number };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return ashlarError('ASH-BODY-SIZE', { limit: request.routeOptions.bodyLimit });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return ashlarError('ASH-MEDIA-TYPE', { expected: 'application/json' });
    case 'FST_ERR_BAD_URL':
      return ashlarError('ASH-REQUEST-INVALID', { reason: 'its path holds a broken escape' });
    case bodyTooSlow:
      return ashlarError('ASH-BODY-TIMEOUT', {});
    case 'ENOSPC':
      return ashlarError('ASH-STORAGE-FULL', {}, { cause: error });
    case 'EIO':
    case 'EROFS':
      return unavailable(
        'its disk reports an error, which an administrator finds in the log',
        error,
        request,
      );
    case 'EMFILE':
    case 'ENFILE':
      return unavailable('it has too many files and connections open', error, request);
    case 'ECONNRESET':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return ashlarError('ASH-REQUEST-INVALID', { reason: 'the connection broke before all of it arrived' });
    default:
      // What Fastify finds wrong with a request: its path, its headers, its body.
      if (code?.startsWith('FST_ERR_') && statusCode !== undefined && statusCode < 500)
        return ashlarError('ASH-REQUEST-INVALID', { reason: (message ?? code).replace(/\.$/, '') });
      request.log.error({ err: error }, 'request failed');
      return ashlarError('ASH-INTERNAL', { request: request.id });
  }
}

function unavailable(reason: string, cause: unknown, request: FastifyRequest): AshlarError {
  request.log.error({ err: cause }, 'request failed');
  return ashlarError('ASH-UNAVAILABLE', { reason }, { cause });
}
