import type { FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';

import { formatScope } from '../../identity/index.ts';
import type { Registry } from '../../registry.ts';
import { authenticateRequests } from '../../server/authenticate.ts';
import { streamBodies } from '../../server/body.ts';
import { productVersion } from '../../server/product.ts';
import '../../server/route-table.ts';
import type { ApiApp } from './app.ts';
import { errors, sendApiError } from './error.ts';
import { moduleRoutes } from './modules.ts';
import { namespaceRoutes } from './namespaces.ts';
import { describeApi } from './openapi.ts';
import { publishRoute } from './publish.ts';
import { Status } from './schema.ts';
import { taskRoutes } from './tasks.ts';
import { tokenRoutes } from './tokens.ts';
import { versionModelRoutes } from './version-model.ts';
import { versionRoutes } from './versions.ts';

interface ApiOptions {
  readonly registry: Registry;
  readonly externalUrls: ExternalUrls;
}

/** Ashlar's own JSON API below `/api/v1`, described at `/api/v1/openapi.json`. */
export async function apiProtocol(app: FastifyInstance, options: ApiOptions): Promise<void> {
  let document: Promise<object> | undefined;
  app.get('/api/v1/openapi.json', { config: { permission: { kind: 'open' } } }, async () => {
    document ??= describeApi(async (described) => await apiRoutes(described, options));
    return await document;
  });
  await app.register(apiRoutes, options);
}

async function apiRoutes(app: FastifyInstance, { registry, externalUrls }: ApiOptions): Promise<void> {
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(sendApiError);
  app.decorate('registry', registry);
  await app.register(
    async (scope) => {
      const routes = scope as unknown as ApiApp;
      authenticateRequests(scope, registry);
      statusRoute(routes, externalUrls);
      namespaceRoutes(routes);
      moduleRoutes(routes);
      versionRoutes(routes);
      versionModelRoutes(routes);
      tokenRoutes(routes);
      taskRoutes(routes);
      await scope.register(async (streams) => {
        streamBodies(streams);
        publishRoute(streams as unknown as ApiApp);
      });
    },
    { prefix: '/api/v1' },
  );
}

/** The addresses of the listeners that run. */
export interface ExternalUrls {
  readonly http?: string;
  readonly https?: string;
}

function statusRoute(app: ApiApp, externalUrls: ExternalUrls): void {
  app.get('/status', {
    config: { permission: { kind: 'filtered' } },
    schema: {
      tags: ['server'],
      operationId: 'getStatus',
      summary: 'What runs here and who you are',
      response: { 200: Status, ...errors(401) },
    },
    handler: ({ caller, externalUrl }) => ({
      name: 'ashlar' as const,
      version: productVersion,
      caller: { subject: caller.subject, name: caller.name, scopes: caller.scopes.map(formatScope) },
      externalUrl,
      externalUrls,
    }),
  });
}
