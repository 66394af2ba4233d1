import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Fastify ends the connection when it refuses a body, and a client that is still sending never sees the answer. The
 * listener throws the rest of the body away instead, and the connection goes on, unless nobody knows what comes next.
 */
export function keepConnection({ raw }: FastifyRequest, reply: FastifyReply): void {
  // Who waits for `100 Continue` may send the body or not. The same goes for a body that came too slowly.
  const { sendContinue, destroyed, complete } = raw;
  if (sendContinue || (destroyed && !complete)) void reply.header('connection', 'close');
  else if (!complete) reply.removeHeader('connection');
}
