import { limits } from '@ashlar/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Takes `application/x-www-form-urlencoded` bodies in this scope. */
export function formBodies(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: limits.formBody.value },
    (_request, body, done) => done(null, new URLSearchParams(body as string)),
  );
}

/** The fields of a form; none when the request has no such body. */
export function formOf(request: FastifyRequest): URLSearchParams {
  return request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
}
