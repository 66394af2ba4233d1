import { limits } from '@ashlar/core';
import type { FastifyInstance } from 'fastify';

import { latestVersions, listableNamespaces } from '../../catalogue/index.ts';
import type { Caller } from '../../identity/index.ts';
import type { Registry } from '../../registry.ts';
import { authenticateRequests } from '../../server/authenticate.ts';
import '../../server/route-table.ts';
import { homeHtml, type ListedModule } from './home-page.ts';

interface HomeOptions {
  readonly registry: Registry;
  readonly externalUrls: { readonly http?: string; readonly https?: string };
}

/** `GET /`: what runs here, its modules, and how to connect each client. */
export async function homePage(app: FastifyInstance, { registry, externalUrls }: HomeOptions): Promise<void> {
  authenticateRequests(app, registry);
  app.get('/', { config: { permission: { kind: 'filtered' } } }, async (request, reply) => {
    const modules = await listModules(registry, request.caller);
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

async function listModules(registry: Registry, caller: Caller): Promise<ListedModule[]> {
  const { metadata } = registry;
  const namespaces = await listableNamespaces(registry, caller);
  const rows = await metadata.query.listModules({ namespaces, limit: limits.homeModules.value });
  const versions = await latestVersions(
    registry,
    rows.map((row) => row.repository),
  );
  return rows.flatMap(({ address, repository }) => {
    const latest = versions.get(repository);
    return latest
      ? [{ address, version: latest.version, description: latest.description, state: latest.state }]
      : [];
  });
}
