import { packZip } from '@ashlar/registry/intake';

import { moduleFiles, putVersion, types } from '../publish/put-version.ts';
import type { Json, TestServer } from '../support/server.ts';

export const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';

/** A compiled template with parameters of type string. */
export function templateOf(...parameters: readonly string[]): string {
  return JSON.stringify({
    $schema: schema,
    languageVersion: '2.0',
    contentVersion: '1.0.0.0',
    parameters: Object.fromEntries(parameters.map((name) => [name, { type: 'string' }])),
    resources: {},
  });
}

export interface Asked {
  readonly status: number;
  readonly body: Json;
}

/** `GET /api/v1/version/…` about a version. */
export async function ask(
  server: TestServer,
  what: 'interface' | 'schema' | 'diff',
  ref: string,
  from?: string,
): Promise<Asked> {
  const query = new URLSearchParams({ ref, ...(from === undefined ? {} : { from }) });
  return await server.api('GET', `/version/${what}?${query.toString()}`);
}

/** Publishes files through the API. */
export async function publish(
  server: TestServer,
  ref: string,
  files: Readonly<Record<string, string>>,
): Promise<Asked> {
  return await putVersion(server, { ref, body: await packZip(moduleFiles(files)), type: types.zip });
}
