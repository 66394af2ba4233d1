import type { FastifyInstance } from 'fastify';

import type { Registry } from '../../registry.ts';
import { sendOciError } from '../../server/distribution/error.ts';
import { knownError } from '../../server/error.ts';
import { acrListing } from './listing.ts';
import { acrTokenEndpoints } from './token.ts';

/** What Azure Container Registry adds to OCI Distribution and the Azure SDK, and with it Bicep, relies on. */
export async function acrProtocol(
  app: FastifyInstance,
  options: { readonly registry: Registry },
): Promise<void> {
  app.decorateRequest('ociScope', '');
  app.setErrorHandler((error, request, reply) => sendOciError(request, reply, knownError(error, request)));
  await app.register(acrListing, options);
  await app.register(acrTokenEndpoints, options);
}
