import type { FastifyInstance } from 'fastify';

import type { Registry } from '../../registry.ts';
import { authenticateRequests } from '../../server/authenticate.ts';
import { catalogueRoutes, downloadsSummaryRoute } from './catalogue.ts';
import { discoveryRoute } from './discovery.ts';
import { archiveRoute, downloadRoute } from './download.ts';
import { sendTerraformError } from './error.ts';
import { terraformLogin } from './login.ts';
import { turnAwayNewcomers } from './newcomer.ts';
import { versionsRoute } from './versions.ts';

/** Service discovery, `modules.v1` with the extended API, archives and `login.v1`. */
export async function terraformProtocol(
  app: FastifyInstance,
  options: { readonly registry: Registry; readonly isDraining: () => boolean },
): Promise<void> {
  const { registry, isDraining } = options;
  app.setErrorHandler(sendTerraformError);
  discoveryRoute(app);
  archiveRoute(app, registry);
  await app.register(terraformLogin, options);
  await app.register(async (scope) => {
    authenticateRequests(scope, registry);
    downloadsSummaryRoute(scope, registry);
    await scope.register(
      async (modules) => {
        modules.addHook('onRequest', (_request, reply, done) => {
          // Revoking a version, or a token, takes effect at once, also behind a proxy that caches.
          void reply.header('cache-control', 'no-store');
          done();
        });
        turnAwayNewcomers(modules, isDraining);
        versionsRoute(modules, registry);
        downloadRoute(modules, registry);
        catalogueRoutes(modules, registry);
      },
      { prefix: '/v1/modules' },
    );
  });
}
