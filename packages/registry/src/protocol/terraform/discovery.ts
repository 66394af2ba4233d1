import type { FastifyInstance } from 'fastify';

import '../../server/route-table.ts';

/**
 * `/.well-known/terraform.json`. Addresses are relative: clients resolve them against the address that they asked,
 * which is right for every listener. No credentials are looked at: `terraform login` asks before it has any.
 */
export function discoveryRoute(app: FastifyInstance): void {
  // Bytes: to a text Fastify would add a charset, and the media type is one that clients compare.
  const body = Buffer.from(JSON.stringify(services));
  app.get('/.well-known/terraform.json', { config: { permission: { kind: 'open' } } }, (_request, reply) =>
    reply.header('content-type', 'application/json').send(body),
  );
}

const services = {
  'modules.v1': '/v1/modules/',
  'login.v1': {
    client: 'terraform-cli',
    grant_types: ['authz_code'],
    authz: '/oauth/authorize',
    token: '/oauth/token',
    ports: [10_000, 10_010],
  },
};
