import { parseNamespaceName } from '@ashlar/core';
import { z } from 'zod';

import { listableNamespaces, requireAdmin, requireNamespace } from '../../catalogue/index.ts';
import { needs } from '../../server/route-table.ts';
import type { NamespaceRow } from '../../store/metadata/index.ts';
import type { ApiApp } from './app.ts';
import { errors } from './error.ts';
import { Namespace, NamespaceChange, NewNamespace } from './schema.ts';

const path = z.object({ name: z.string() });
const tags = ['namespaces'];
const manages = needs('manage', 'namespace', 'ASH-NAMESPACE-UNKNOWN');

export function namespaceRoutes(app: ApiApp): void {
  const { registry } = app;
  const { metadata } = registry;

  app.get('/namespaces', {
    config: { permission: { kind: 'filtered' } },
    schema: {
      tags,
      operationId: 'listNamespaces',
      summary: 'List the namespaces that you may read',
      response: { 200: z.array(Namespace), ...errors(401) },
    },
    handler: async (request) => {
      const readable = new Set(await listableNamespaces(registry, request.caller));
      const rows = await metadata.query.listNamespaces(undefined);
      return rows.filter(({ name }) => readable.has(name)).map(toNamespace);
    },
  });

  app.post('/namespaces', {
    config: { permission: { kind: 'administrator' } },
    schema: {
      tags,
      operationId: 'createNamespace',
      summary: 'Create a namespace',
      body: NewNamespace,
      response: { 201: Namespace, ...errors(400, 401, 403, 409) },
    },
    handler: async (request, reply) => {
      requireAdmin(request.caller);
      const name = parseNamespaceName(request.body.name);
      await metadata.command.createNamespace({ ...request.body, now: registry.clock.now(), name });
      return await reply.code(201).send(toNamespace((await metadata.query.findNamespace(name))!));
    },
  });
  changeRoutes(app);
}

function changeRoutes(app: ApiApp): void {
  const { registry } = app;
  const { metadata } = registry;

  app.patch('/namespaces/:name', {
    config: { permission: manages },
    schema: {
      tags,
      operationId: 'updateNamespace',
      summary: 'Change a namespace',
      params: path,
      body: NamespaceChange,
      response: { 200: Namespace, ...errors(400, 401, 403, 404) },
    },
    handler: async (request) => {
      const name = parseNamespaceName(request.params.name);
      await requireNamespace(registry, request.caller, 'manage', name);
      const { visibility, immutable, honestVersions } = request.body;
      await metadata.command.updateNamespace({
        name,
        ...(visibility === undefined ? {} : { visibility }),
        ...(immutable === undefined ? {} : { immutable }),
        ...(honestVersions === undefined ? {} : { honestVersions }),
      });
      return toNamespace((await metadata.query.findNamespace(name))!);
    },
  });

  app.delete('/namespaces/:name', {
    config: { permission: { ...manages, administrator: true } },
    schema: {
      tags,
      operationId: 'deleteNamespace',
      summary: 'Delete an empty namespace',
      params: path,
      response: { 204: z.null(), ...errors(400, 401, 403, 404, 409) },
    },
    handler: async (request, reply) => {
      const name = parseNamespaceName(request.params.name);
      await requireNamespace(registry, request.caller, 'manage', name);
      requireAdmin(request.caller);
      await metadata.command.deleteNamespace({ name });
      return await reply.code(204).send(null);
    },
  });
}

function toNamespace(row: NamespaceRow): z.infer<typeof Namespace> {
  return {
    name: row.name,
    visibility: row.visibility,
    immutable: row.immutable === 1,
    honestVersions: row.honest_versions,
    createdAt: new Date(row.created_at).toISOString(),
  };
}
