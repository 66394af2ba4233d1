import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Bench } from './bench.ts';
import type { Client } from './client.ts';
import { digestOf } from './content.ts';
import { someModule } from './operation/version.ts';
import type { Series } from './series.ts';
import { Violation } from './violation.ts';

/** F-16: a byte of a stored blob is another one; no way to read it gives a complete wrong body. */
export const damageSeries: Series = {
  fault: 'F-16',
  place: 'a flipped byte',
  what: 'every way to read',
  places: 3,
  async run(bench) {
    const module = someModule(bench.random);
    const { client } = await bench.server();
    await module.publish(client);
    const { repository, version } = module;
    const manifest = await client.send('GET', `/v2/${repository}/manifests/${version}`);
    const digest = digestOf(manifest.bytes);
    const layer = manifest.json.layers[0].digest as string;
    const whole = (await client.send('GET', `/v2/${repository}/blobs/${layer}`)).bytes;
    await bench.stop();

    const undo = [await damage(bench, layer), await damage(bench, digest)];
    try {
      const { client: reader } = await bench.server();
      const link = String(
        (await reader.send('GET', downloadPath(repository, version))).headers['x-terraform-get'],
      );
      const blob = `/v2/${repository}/blobs/${layer}`;
      await expectNoLie(reader, blob, whole, 0);
      await expectNoLie(reader, blob, whole, 0, `bytes=0-${whole.length - 1}`);
      await expectNoLie(
        reader,
        blob,
        whole,
        Math.floor(whole.length / 2),
        `bytes=${Math.floor(whole.length / 2)}-`,
      );
      await expectNoLie(reader, link, whole, 0);
      await expectNoLie(reader, `/v2/${repository}/manifests/${version}`, manifest.bytes, 0);
      await expectNoLie(reader, `/v2/${repository}/manifests/${digest}`, manifest.bytes, 0);
    } finally {
      await bench.stop();
      for (const restore of undo) await restore();
    }
    // With its bytes back it is whole again: nothing was forgotten.
    if ((await module.observe((await bench.server()).client)) === 'before')
      throw new Violation('a version is gone after its bytes came back');
    return true;
  },
};

function downloadPath(repository: string, version: string): string {
  return `/v1/modules/${repository.slice('terraform/'.length)}/${version}/download`;
}

/** Flips the last byte of a blob, which every tested range holds; returns what gives the bytes back. */
async function damage(bench: Bench, digest: string): Promise<() => Promise<void>> {
  const [algorithm, hex] = digest.split(':') as [string, string];
  const path = join(bench.data, 'blobs', algorithm, hex.slice(0, 2), hex);
  const bytes = await readFile(path);
  const damaged = Buffer.from(bytes);
  damaged[damaged.length - 1]! ^= 1;
  await writeFile(path, damaged);
  return async () => {
    // Aside, if somebody noticed.
    await writeFile(path, bytes);
    if ((await readdir(join(path, '..'))).length === 0) throw new Error(`${path} could not be restored`);
  };
}

/** @throws Violation when a request ends well and its bytes are not those that they should be */
async function expectNoLie(
  client: Client,
  path: string,
  whole: Buffer,
  from: number,
  range?: string,
): Promise<void> {
  const headers = range === undefined ? {} : { range };
  const answer = await client.send('GET', path, undefined, headers).catch(() => undefined);
  if (answer === undefined || answer.status >= 400) return;
  if (!answer.bytes.equals(whole.subarray(from)))
    throw new Violation(
      `${path} ${range ?? ''} answers ${answer.status} with ${answer.bytes.length} wrong bytes`,
    );
}
