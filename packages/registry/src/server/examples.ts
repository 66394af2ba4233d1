import { join } from 'node:path';

import { isVersion, parseAddress, parseVersion } from '@ashlar/core';

import { readdir } from '../gateway/file-system.ts';
import type { Caller } from '../identity/index.ts';
import { readModuleFolder } from '../intake/index.ts';
import type { Registry } from '../registry.ts';
import { publishUpload } from '../source/upload/index.ts';

const publisher: Caller = {
  subject: 'examples',
  name: 'ashlar examples',
  scopes: [{ action: 'manage', namespace: '*' }],
};

/** Whether a registry holds nothing. */
export async function isEmpty({ metadata }: Registry): Promise<boolean> {
  return (await metadata.query.listNamespaces(undefined)).length === 0;
}

/**
 * Publishes the modules of a folder, laid out as `<address>/<version>/`, into an empty registry; their namespaces are
 * public. Returns what was published.
 */
export async function publishExamples(registry: Registry, folder: string): Promise<string[]> {
  const { metadata, clock } = registry;
  const references: string[] = [];
  for (const path of await findVersions(folder, '')) {
    const [, address, version] = /^(.+)\/([^/]+)$/.exec(path)!;
    const module = parseAddress(address!);
    if (!(await metadata.query.findNamespace(module.namespace))) {
      await metadata.command.createNamespace({
        now: clock.now(),
        name: module.namespace,
        visibility: 'public',
      });
    }
    const files = await readModuleFolder(join(folder, path));
    await publishUpload(registry, {
      caller: publisher,
      address: module,
      version: parseVersion(version!),
      files,
      stampTelemetry: files.some(
        ({ path: name, bytes }) => name === 'main.json' && bytes.includes('-..--..-'),
      ),
    });
    references.push(`${address}@${version}`);
  }
  return references;
}

/** Folders whose name is a version, lowest path first. */
async function findVersions(root: string, path: string): Promise<string[]> {
  const entries = await readdir(join(root, path), { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue;
    const child = path === '' ? entry.name : `${path}/${entry.name}`;
    if (isVersion(entry.name)) found.push(child);
    else found.push(...(await findVersions(root, child)));
  }
  return found;
}
