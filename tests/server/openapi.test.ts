import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTestServer, type Json, type TestServer } from '../support/server.ts';

let server: TestServer;
let document: Json;

beforeAll(async () => {
  server = await startTestServer();
  document = await (await fetch(`${server.http}/api/v1/openapi.json`)).json();
});
afterAll(async () => await server.stop());

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operation: Json;
}

function operations(): Operation[] {
  return Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

describe('the OpenAPI document', () => {
  it('is one of OpenAPI 3.1', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Ashlar', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
      servers: [{ url: '/' }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    });
    expect(Object.keys(document).toSorted()).toEqual(
      ['components', 'info', 'openapi', 'paths', 'security', 'servers'].toSorted(),
    );
  });

  it('has every route that the code adds', async () => {
    const folder = resolve(import.meta.dirname, '../../packages/registry/src/protocol/api');
    const files = [
      'index',
      'modules',
      'namespaces',
      'publish',
      'tasks',
      'tokens',
      'version-model',
      'versions',
    ];
    const code = await Promise.all(files.map(async (name) => readFile(join(folder, `${name}.ts`), 'utf8')));
    const inCode = code
      .flatMap((text) => Array.from(text.matchAll(/app\.(get|put|post|patch|delete)\('([^']+)'/g)))
      .map(
        ([, method, path]) => `${method} ${path!.replace(/^(?!\/api)/, '/api/v1').replace(/:(\w+)/, '{$1}')}`,
      )
      .filter((route) => !route.endsWith('/openapi.json'));

    expect(
      operations()
        .map(({ method, path }) => `${method} ${path}`)
        .toSorted(),
    ).toEqual(inCode.toSorted());
    expect(inCode).toHaveLength(24);
  });

  it('names its schemas as the code does, and only those that are used', () => {
    const names =
      'BackupOptions CollectOptions CreatedToken Deprecation Error InputSchema Module ModuleDetail ModuleModel ModulePage Namespace ' +
      'NamespaceChange NewNamespace NewToken Published Revocation ScrubOptions Status Task Token Version VersionDiff';
    expect(Object.keys(document.components.schemas)).toEqual(names.split(' '));
  });

  it('resolves every reference', () => {
    const references = Array.from(JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g), ([, to]) => to!);
    expect(references.length).toBeGreaterThan(30);
    const broken = references.filter((to) => {
      const path = to.replace(/^#\//, '').split('/');
      return path.reduce<Json>((part, key) => part?.[key], document) === undefined;
    });
    expect(broken).toEqual([]);
  });

  it('says of each operation what it is, what it takes and how it answers', () => {
    for (const { path, method, operation } of operations()) {
      const name = `${method} ${path}`;
      expect(operation.summary, name).toMatch(/^[A-Z].*[^.]$/);
      expect(operation.tags, name).toHaveLength(1);
      expect(operation.operationId, name).toMatch(/^[a-z][A-Za-z]+$/);
      const statuses = Object.keys(operation.responses);
      expect(statuses.filter((status) => /^2\d\d$/.test(status)).length, name).toBeGreaterThan(0);
      expect(statuses, name).toEqual(expect.arrayContaining(['401', '4XX', '5XX']));
      for (const [status, response] of Object.entries<Json>(operation.responses)) {
        expect(response.description, `${name} ${status}`).not.toBe('Default Response');
        if (!/^[45]/.test(status)) continue;
        expect(response.content['application/json'].schema, `${name} ${status}`).toEqual({
          $ref: '#/components/schemas/Error',
        });
      }
      const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), ([, parameter]) => parameter);
      const described = (operation.parameters ?? []).filter((each: Json) => each.in === 'path');
      expect(
        described.map((each: Json) => each.name),
        name,
      ).toEqual(inPath);
    }
    expect(new Set(operations().map(({ operation }) => operation.operationId)).size).toBe(
      operations().length,
    );
  });

  it('describes publishing: query, body and every answer', () => {
    const { put } = document.paths['/api/v1/version'];
    expect(put.parameters.map(({ name, in: place, required }: Json) => [name, place, required])).toEqual([
      ['ref', 'query', true],
      ['class', 'query', false],
      ['documentation', 'query', false],
      ['description', 'query', false],
      ['stampTelemetry', 'query', false],
    ]);
    expect(Object.keys(put.requestBody.content)).toEqual([
      'application/zip',
      'application/gzip',
      'application/json',
    ]);
    expect(Object.keys(put.responses).join(' ')).toBe('200 201 400 401 403 404 409 413 415 422 4XX 5XX');
  });

  it('describes the bodies that are sent', () => {
    const { post } = document.paths['/api/v1/namespaces'];
    expect(post.requestBody.content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/NewNamespace',
    });
    expect(document.components.schemas.NewNamespace).toMatchObject({
      required: ['name'],
      additionalProperties: false,
      properties: { visibility: { default: 'private', enum: ['public', 'private'] } },
    });
  });
});
