import { parseRepository } from '@ashlar/core';
import type { FastifyRequest } from 'fastify';

import type { Customer } from '../reading/index.ts';

/** Who asks for something about a module that takes reading it: wanted for as long as the connection is there. */
export function visitorOf({ raw }: FastifyRequest, repository: string): Customer {
  const { namespace } = parseRepository(repository);
  return { kind: 'visitor', namespace, isWanted: () => !raw.socket.destroyed };
}
