import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

import { ashlarError } from '@ashlar/core';

import { knownError } from '../../server/error.ts';
import { ErrorBody } from './schema.ts';

/** The error answers of every route, for the OpenAPI document. */
export const errors = { '4xx': ErrorBody, '5xx': ErrorBody } as const;

export function sendApiError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = knownError(asRequestError(error) ?? error, request);
  if (known.status === 401) void reply.header('www-authenticate', 'Bearer realm="ashlar"');
  void reply
    .code(known.status)
    .header('ashlar-error', known.code)
    .send({ code: known.code, message: known.message, requestId: request.id });
}

function asRequestError(error: unknown) {
  if (!hasZodFastifySchemaValidationErrors(error)) return undefined;
  const [first] = error.validation;
  const where =
    first?.instancePath.replaceAll('/', '.').replace(/^\./, '') || error.validationContext || 'it';
  return ashlarError('ASH-REQUEST-INVALID', { reason: `${where}: ${first?.message ?? 'is wrong'}` });
}
