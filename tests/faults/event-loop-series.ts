import { setTimeout as sleep } from 'node:timers/promises';

import { packZip } from '@ashlar/registry/intake';

import type { Bench } from './bench.ts';
import { type Client, expectStatus } from './client.ts';
import { someModule } from './operation/version.ts';
import type { Series } from './series.ts';
import { Violation } from './violation.ts';

/**
 * Milliseconds that reading a list of versions may take at most while something large is published. Generous: it is
 * there to notice what blocks for seconds, on a machine that has other things to do.
 */
const longest = 2_000;

/** F-22: what is published is as large as may be, or made to be slow; nobody else waits for it. */
export const eventLoopSeries: Series[] = Object.entries({
  'a README of 1 MiB that is hard to read': hostileReadme,
  'a template of 3.3 MB': largeTemplate,
}).map(([place, body]) => ({
  fault: 'F-22',
  place,
  what: 'list of versions meanwhile',
  places: 1,
  run: async (bench) => await measure(bench, await body(bench.random.name())),
}));

interface Upload {
  readonly reference: string;
  readonly bytes: Buffer;
  readonly type: string;
}

/** Links, emphasis and quotes that never close: what readers of Markdown are slow with. */
async function hostileReadme(name: string): Promise<Upload> {
  const parts = ['[', '![', '*a **', '`', '<', '> ', '[a](', '&#', '_'].map((part) => part.repeat(10_000));
  const text = parts
    .join('\n')
    .repeat(4)
    .slice(0, 1024 * 1024);
  const files = { 'main.tf': 'output "a" {\n  value = 1\n}\n', 'README.md': text };
  const zip = await packZip(
    Object.entries(files).map(([path, content]) => ({
      path,
      executable: false,
      bytes: Buffer.from(content),
    })),
  );
  return {
    reference: `terraform/${name}/net/azurerm@1.0.0`,
    bytes: Buffer.from(zip),
    type: 'application/zip',
  };
}

async function largeTemplate(name: string): Promise<Upload> {
  const resource = {
    type: 'Microsoft.Network/virtualNetworks',
    apiVersion: '2024-05-01',
    name: 'x',
    properties: {},
  };
  const template = {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    metadata: { _generator: { name: 'bicep', version: '0.46.1.1', templateHash: '1' } },
    resources: Array.from({ length: 31_000 }, (_, i) => ({ ...resource, name: `x${i}` })),
  };
  const bytes = Buffer.from(JSON.stringify(template));
  return { reference: `bicep/${name}/res/net@1.0.0`, bytes, type: 'application/json' };
}

async function measure(bench: Bench, upload: Upload): Promise<boolean> {
  const { client } = await bench.server();
  const module = someModule(bench.random);
  await module.publish(client);
  const path = `/v1/modules/${module.repository.slice('terraform/'.length)}/versions`;
  let isOver = false;
  const waits: number[] = [];
  const polling = (async () => {
    while (!isOver) {
      waits.push(await timeOf(client, path));
      await sleep(2);
    }
  })();
  for (let version = 0; version < 3; version++) {
    const reference = upload.reference.replace('@1.0.0', `@1.0.${version}`);
    const { bytes, type } = upload;
    const target = `/api/v1/version?ref=${encodeURIComponent(reference)}`;
    expectStatus('a large module', await client.send('PUT', target, { bytes, type }), 201);
  }
  isOver = true;
  await polling;
  const sorted = waits.toSorted((a, b) => a - b);
  const worst = sorted.at(-1)!;
  bench.note(
    `versions while ${upload.reference.split('/')[0]} of ${upload.bytes.length} bytes is published: ` +
      `${waits.length} times, median ${sorted[sorted.length >> 1]!.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`,
  );
  if (worst > longest) throw new Violation(`a list of versions took ${worst.toFixed(0)} ms meanwhile`);
  return true;
}

async function timeOf(client: Client, path: string): Promise<number> {
  const begin = performance.now();
  expectStatus('the versions', await client.send('GET', path), 200);
  return performance.now() - begin;
}
