import { ashlarError } from '@ashlar/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

import { knownError } from '../../server/error.ts';
import { ErrorBody } from './schema.ts';

/** When the API answers with which error, for the OpenAPI document. */
const meanings = {
  400: 'The request is not valid',
  401: 'A token is needed, or the one that came is not valid',
  403: 'The token does not grant this',
  404: 'It does not exist, or the token may not see it',
  409: 'It contradicts what is there',
  413: 'The body is too large',
  415: 'The body has a type that is not taken here',
  422: 'The content is refused',
} as const;

type ErrorStatus = keyof typeof meanings;

/** The error answers of a route; any other has the same shape. */
export function errors(...statuses: readonly ErrorStatus[]) {
  const described = statuses.map((status) => [status, errorAnswer(meanings[status])]);
  return {
    ...(Object.fromEntries(described) as { [Status in ErrorStatus]?: ReturnType<typeof errorAnswer> }),
    '4xx': errorAnswer('Any other error of the request'),
    '5xx': errorAnswer('The registry could not do it'),
  };
}

function errorAnswer(description: string) {
  return { description, content: { 'application/json': { schema: ErrorBody } } };
}

export function sendApiError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = knownError(asRequestError(error) ?? error, request);
  if (known.status === 401) void reply.header('www-authenticate', 'Bearer realm="ashlar"');
  void reply
    .code(known.status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('ashlar-error', known.code)
    .send({ code: known.code, message: known.message, requestId: request.id });
}

/** Names the first thing that is wrong; the values themselves, which may be secrets, are not repeated. */
function asRequestError(error: unknown) {
  if (!hasZodFastifySchemaValidationErrors(error)) return undefined;
  const [first] = error.validation;
  const where =
    first?.instancePath.replaceAll('/', '.').replace(/^\./, '') || error.validationContext || 'it';
  return ashlarError('ASH-REQUEST-INVALID', { reason: `${where}: ${first?.message ?? 'is wrong'}` });
}
