import fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';

import { keepRouteTable, needs, type Permission, type RouteRow } from './route-table.ts';

const reads = needs('read', 'repository', 'ASH-REPOSITORY-UNKNOWN');
const answer = async () => ({});

function application(): FastifyInstance {
  const app = fastify({ exposeHeadRoutes: true });
  keepRouteTable(app);
  return app;
}

describe('the route table', () => {
  it('has a row for every route, also for the HEAD routes that nobody wrote, in every scope', async () => {
    const app = application();
    app.get('/one', { config: { permission: { kind: 'open' } } }, answer);
    await app.register(
      async (scope) =>
        scope.delete(
          '/two/:name',
          { config: { permission: needs('manage', 'namespace', 'ASH-NAMESPACE-UNKNOWN') } },
          answer,
        ),
      {
        prefix: '/api',
      },
    );
    await app.ready();
    expect(app.routeTable).toEqual([
      { method: 'GET', url: '/one', permission: { kind: 'open' } },
      { method: 'HEAD', url: '/one', permission: { kind: 'open' } },
      {
        method: 'DELETE',
        url: '/api/two/:name',
        permission: {
          kind: 'scope',
          action: 'manage',
          object: 'namespace',
          missing: 'ASH-NAMESPACE-UNKNOWN',
        },
      },
    ]);
  });

  it('has the rows of a router that reads its paths itself; HEAD as GET', async () => {
    const app = application();
    const rows: RouteRow[] = [
      { method: 'GET', url: '/v/:name/tags', permission: reads },
      { method: 'PUT', url: '/v/:name/tags', permission: { ...reads, action: 'publish' } },
    ];
    app.route({ method: ['GET', 'HEAD', 'PUT'], url: '/v/*', config: { permission: rows }, handler: answer });
    await app.ready();
    expect(app.routeTable.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v/:name/tags',
      'HEAD /v/:name/tags',
      'PUT /v/:name/tags',
    ]);
  });

  it('takes no route without a row: the application does not start', async () => {
    expect(() => application().get('/forgotten', answer)).toThrow('GET /forgotten is not in the route table');
    const app = application();
    await expect(async () => {
      await app.register(async (scope) =>
        scope.post('/forgotten', { config: { plainErrors: true } }, answer),
      );
      await app.ready();
    }).rejects.toThrow('POST /forgotten is not in the route table');
  });

  it.each<[string, Permission]>([
    ['everybody', { kind: 'open' }],
    ['everybody', { kind: 'filtered' }],
    ['readers', reads],
    ['readers', { kind: 'ticket', ticket: 'archive', action: 'read', missing: 'ASH-LINK-EXPIRED' }],
  ])('T-17: takes no route that lets %s change something', (_, permission) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(() =>
        application().route({ method, url: '/x', config: { permission }, handler: answer }),
      ).toThrow(`${method} /x changes something`);
    }
    application().get('/x', { config: { permission } }, answer);
  });
});
