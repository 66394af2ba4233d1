import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Json } from '../support/server.ts';
import { everythingIn } from './database.ts';
import { makeThing } from './thing.ts';
import { startFastServer } from './world.ts';

/** T-16: the ids of one tenant in the requests of another, over every operation of the OpenAPI document that has one. */

let server: Awaited<ReturnType<typeof startFastServer>>;
let document: Json;
/** Two tenants that know each other's ids. */
const tenants = { alpha: { token: '', id: '' }, gamma: { token: '', id: '' } };
type Tenant = keyof typeof tenants;

beforeAll(async () => {
  server = await startFastServer();
  document = await (await fetch(`${server.http}/api/v1/openapi.json`)).json();
  for (const name of ['alpha', 'gamma'] as const) {
    await server.api('POST', '/namespaces', { name, visibility: 'private' });
    const { body } = await server.api('POST', '/tokens', { name, scopes: [`manage:${name}`] });
    tenants[name] = body;
    await makeThing(server, { kind: 'terraform', state: 'admitted', namespace: name, name: 'net' });
  }
});
afterAll(async () => await server.discard());

/** Values of every parameter that names something of a tenant. */
const ids: Readonly<Record<string, (tenant: Tenant | 'nobody') => string>> = {
  id: (tenant) => (tenant === 'nobody' ? '01JZZZZZZZZZZZZZZZZZZZZZZZ' : tenants[tenant].id),
  name: (tenant) => tenant,
  address: (tenant) => `terraform/${tenant}/net/azurerm`,
  ref: (tenant) => `terraform/${tenant}/net/azurerm@1.0.0`,
};
const bodies: Readonly<Record<string, object>> = {
  'PATCH /api/v1/namespaces/{name}': { visibility: 'public' },
  'POST /api/v1/version/deprecate': { reason: 'x' },
  'POST /api/v1/version/revoke': { reason: 'x' },
};

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
}

/** Tasks are the administrator's alone, as the matrix shows: they belong to no tenant. */
function operationsWithId(): Operation[] {
  const paths = Object.entries<Json>(document.paths).filter(([path]) => !path.includes('/tasks/'));
  return paths.flatMap(([path, methods]) =>
    Object.entries<Json>(methods)
      .map(([method, { parameters = [] }]) => ({ method: method.toUpperCase(), path, parameters }))
      .filter((operation) => operation.parameters.some(({ name }: { name: string }) => name in ids)),
  );
}

async function ask({ method, path, parameters }: Operation, of: Tenant | 'nobody', by: Tenant) {
  const named = parameters.filter(({ name }) => name in ids);
  const target = named.reduce((rest, { name }) => rest.replace(`{${name}}`, ids[name]!(of)), path);
  const query = named.filter((each) => each.in === 'query').map(({ name }) => `${name}=${ids[name]!(of)}`);
  const { status, body } = await server.api(
    method,
    `${target.replace('/api/v1', '')}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    bodies[`${method} ${path}`],
    tenants[by].token,
  );
  return {
    status,
    code: body?.code as string | undefined,
    message: String(body?.message).replaceAll(of, ''),
  };
}

describe('T-16: an id of another tenant', () => {
  it('is as good as none, in every operation that takes one, and changes nothing', async () => {
    const operations = operationsWithId();
    const before = await everythingIn(server);
    for (const operation of operations) {
      const foreign = await ask(operation, 'gamma', 'alpha');
      const missing = await ask(operation, 'nobody', 'alpha');
      const name = `${operation.method} ${operation.path}`;
      expect({ name, status: foreign.status }).toEqual({ name, status: 404 });
      expect({ name, status: foreign.status, code: foreign.code }).toEqual({
        name,
        status: missing.status,
        code: missing.code,
      });
      if (!operation.path.includes('{id}')) expect(foreign.message).toBe(missing.message);
    }
    expect(await everythingIn(server)).toEqual(before);
    expect(operations.length).toBeGreaterThanOrEqual(10);
  });

  it('is one of its own: these requests are well made', async () => {
    // In this order: what only reads comes before what revokes, and what deletes comes last.
    const order = ({ method, path }: Operation) =>
      method === 'GET' ? 0 : method === 'DELETE' ? 3 : path.endsWith('reinstate') ? 2 : 1;
    for (const operation of operationsWithId().toSorted((a, b) => order(a) - order(b))) {
      const { status } = await ask(operation, 'gamma', 'gamma');
      const name = `${operation.method} ${operation.path}`;
      // A namespace is deleted by administrators, and publishing has no body here.
      const expected = name.startsWith('DELETE /api/v1/namespaces')
        ? 403
        : name.startsWith('PUT')
          ? 422
          : 200;
      expect({ name, status: status === 204 ? 200 : status }).toEqual({ name, status: expected });
      if (name.endsWith('deprecate')) await ask(reinstate(), 'gamma', 'gamma');
    }
  });
});

function reinstate(): Operation {
  return operationsWithId().find(({ path }) => path.endsWith('reinstate'))!;
}
