import type { AshlarError } from '@ashlar/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { knownError } from '../../server/error.ts';

/**
 * Answers an error. On `/download` the body is one sentence: `terraform init` prints the body of a 403 or 410 there
 * as it is. Everywhere else it has the shape of the registry API.
 */
export function sendTerraformError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known: AshlarError = knownError(error, request);
  if (known.status === 401) void reply.header('www-authenticate', 'Bearer realm="ashlar"');
  // What cannot exist does not exist: of a 404 Terraform says that the module was not found, of a 400 nothing at all.
  const cannotExist = known.code === 'ASH-ADDRESS-INVALID' || known.code === 'ASH-VERSION-INVALID';
  void reply.code(cannotExist ? 404 : known.status).header('ashlar-error', known.code);
  if (request.routeOptions.config.plainErrors)
    void reply.type('text/plain; charset=utf-8').send(known.message);
  else void reply.send({ errors: [known.message] });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Errors of this route are one plain sentence, for clients that print bodies as they are. */
    plainErrors?: boolean;
  }
}
