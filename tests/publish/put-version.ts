import type { ModuleFile } from '@ashlar/registry/intake';

import type { Json, TestServer } from '../support/server.ts';

export const types = { zip: 'application/zip', tar: 'application/gzip', json: 'application/json' } as const;

export interface Put {
  readonly ref?: string;
  /** More of the query: class, documentation, … */
  readonly query?: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly type?: string;
  /** The administrator's unless told; empty is anonymous. */
  readonly token?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** `PUT /api/v1/version`, as a pipeline would send it. */
export async function putVersion(server: TestServer, put: Put): Promise<Answer> {
  const { ref, body, type = types.zip, token = server.admin } = put;
  const query = new URLSearchParams({ ...(ref === undefined ? {} : { ref }), ...put.query });
  const response = await fetch(`${server.http}/api/v1/version?${query.toString()}`, {
    method: 'PUT',
    headers: { 'content-type': type, ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
    body: new Uint8Array(body),
  });
  return { status: response.status, body: await response.json() };
}

export function moduleFiles(files: Readonly<Record<string, string>>): ModuleFile[] {
  return Object.entries(files).map(([path, text]) => ({
    path,
    executable: false,
    bytes: Buffer.from(text),
  }));
}

/** A compiled template, as small as Bicep's compiler would write one. */
export function template(description: string, resources: object = {}): Buffer {
  return Buffer.from(
    JSON.stringify({
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      languageVersion: '2.0',
      contentVersion: '1.0.0.0',
      metadata: {
        _generator: { name: 'bicep', version: '0.46.1.1', templateHash: '1' },
        ...(description === '' ? {} : { description }),
      },
      resources,
    }),
  );
}

/** Everything that the metadata store shows of a repository; all empty for one that nobody ever published to. */
export async function traces(server: TestServer, repository: string) {
  const { query } = server.registry.metadata;
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(`${server.data}/metadata.db`, { readOnly: true });
  try {
    const count = (table: string, column: string) =>
      database.prepare(`select count(*) as n from ${table} where ${column} = ?`).get(repository)!['n'];
    return {
      repository: await query.findRepository(repository),
      module: await query.findModule(repository),
      versions: await query.listVersions(repository),
      blobs: count('repository_blob', 'repository'),
      manifests: count('manifest', 'repository'),
      tags: count('tag', 'repository'),
    };
  } finally {
    database.close();
  }
}

export const noTraces = {
  repository: undefined,
  module: undefined,
  versions: [],
  blobs: 0,
  manifests: 0,
  tags: 0,
};
