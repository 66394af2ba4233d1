import type { FastifyInstance } from 'fastify';

import { latestVersion, listableNamespaces } from '../../catalogue/index.ts';
import type { Registry } from '../../registry.ts';
import { authenticateRequests } from '../../server/authenticate.ts';
import { homeHtml, type ListedModule } from './home-page.ts';

/** How many modules the page shows; the API has them all. */
const maxModules = 500;

interface HomeOptions {
  readonly registry: Registry;
  readonly externalUrls: { readonly http?: string; readonly https?: string };
}

/** `GET /`: what runs here, its modules, and how to connect each client. */
export async function homePage(app: FastifyInstance, { registry, externalUrls }: HomeOptions): Promise<void> {
  authenticateRequests(app, registry);
  app.get('/', async (request, reply) => {
    const namespaces = await listableNamespaces(registry, request.caller);
    const found = await registry.metadata.query.listModules({ namespaces, limit: maxModules });
    const modules = await Promise.all(
      found.map(async (row): Promise<ListedModule> => {
        const latest = latestVersion(await registry.metadata.query.listVersions(row.repository))!;
        return {
          address: row.address,
          version: latest.version,
          description: latest.description,
          state: latest.state,
        };
      }),
    );
    return await reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      )
      .send(homeHtml(modules, externalUrls));
  });
}
