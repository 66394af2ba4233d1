import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Bytes; an Entra ID token with many groups is the longest thing that is sent in a form. */
const maxForm = 64 * 1024;

/** Takes `application/x-www-form-urlencoded` bodies in this scope. */
export function formBodies(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: maxForm },
    (_request, body, done) => done(null, new URLSearchParams(body as string)),
  );
}

/** The fields of a form; none when the request has no such body. */
export function formOf(request: FastifyRequest): URLSearchParams {
  return request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
}
