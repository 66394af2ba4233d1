import { type PastLimit } from '@ashlar/core';
import { packZip } from '@ashlar/registry/intake';

import { bytesOf, digestOf, manifestOf } from '../oci/content.ts';
import { moduleFiles, putVersion } from '../publish/put-version.ts';
import { startTestServer } from '../support/server.ts';
import type { Place, Probe } from './probe.ts';

const imageManifest = 'application/vnd.oci.image.manifest.v1+json';

/** Gives a repository so many tags, as many with each push as one may set. */
async function pushTags({ oci, name }: Place, count: number): Promise<string> {
  const repository = `plain/${name()}`;
  const manifest = manifestOf({});
  for (let first = 0; first < count; first += 100) {
    const some = Array.from({ length: Math.min(100, count - first) }, (_, i) => `tag=t${first + i}`);
    await oci.send('PUT', `/v2/${repository}/manifests/${digestOf(manifest)}?${some.join('&')}`, {
      headers: { 'content-type': imageManifest },
      body: manifest,
    });
  }
  return repository;
}

/** A referrer whose line in the answer has so many bytes. */
function referrerOfSize(subject: object, size: number, seed: string): Buffer {
  const make = (filler: number) =>
    manifestOf({ subject, artifactType: 'x/y', annotations: { seed: seed + 'f'.repeat(filler) } });
  const lineOf = (bytes: Buffer) => ({
    mediaType: imageManifest,
    digest: digestOf(bytes),
    size: bytes.length,
    artifactType: 'x/y',
    annotations: JSON.parse(bytes.toString()).annotations as object,
  });
  const guess = make(size - 1_000);
  return make(2 * size - 1_000 - JSON.stringify(lineOf(guess)).length);
}

export const listProbes = {
  registryPage: async (count, place) => {
    const repository = await pushTags(place, count);
    const cut = await Promise.all(
      [`/v2/${repository}/tags/list?n=999999`, `/acr/v1/${repository}/_tags?n=999999`].map(
        async (path) => (await place.oci.send('GET', path)).headers.link !== undefined,
      ),
    );
    const whole = await place.oci.send('GET', `/v2/${repository}/tags/list`);
    if (whole.json.tags.length !== count) throw new Error('the list of all tags was cut');
    if (cut[0] !== cut[1]) throw new Error('the two lists are cut differently');
    return cut[0] ? 'page' : undefined;
  },
  referrersPage: async (size, { oci, name }) => {
    const repository = `plain/${name()}`;
    const subject = { mediaType: imageManifest, digest: digestOf(bytesOf(9)), size: 9 };
    // Besides its lines an answer is reckoned at 200 bytes, a line with the comma behind it.
    const first = Math.floor((size - 200) / 2) - 1;
    for (const [seed, line] of [
      ['a', first],
      ['b', size - 200 - 2 - first],
    ] as const) {
      const manifest = referrerOfSize(subject, line, seed);
      await oci.send('PUT', `/v2/${repository}/manifests/${digestOf(manifest)}`, {
        headers: { 'content-type': imageManifest },
        body: manifest,
      });
    }
    const { headers, json } = await oci.send('GET', `/v2/${repository}/referrers/${subject.digest}`);
    if (json.manifests.length !== (headers.link === undefined ? 2 : 1))
      throw new Error('a referrer is missing');
    return headers.link === undefined ? undefined : 'page';
  },
  apiPage: async (count, { server }) => {
    const { status, body } = await server.api('GET', `/modules?limit=${count}`);
    return status === 200 ? undefined : (body.code as PastLimit);
  },
  terraformPage: async (count, { server }) => {
    const response = await fetch(`${server.http}/v1/modules/?limit=${count}`);
    const { meta } = (await response.json()) as { meta: { limit: number } };
    return meta.limit === count ? undefined : 'page';
  },
  homeModules: async (count) => {
    const server = await startTestServer();
    try {
      const body = await packZip(moduleFiles({ 'main.tf': '' }));
      const refs = Array.from({ length: count }, (_, i) => `terraform/contoso/m${i}/azurerm@1.0.0`);
      for (let at = 0; at < refs.length; at += 32) {
        await Promise.all(
          refs.slice(at, at + 32).map(async (ref) => await putVersion(server, { ref, body })),
        );
      }
      const headers = { authorization: `Bearer ${server.admin}` };
      const page = await (await fetch(server.http, { headers })).text();
      const shown = new Set(page.match(/terraform\/contoso\/m\d+\/azurerm/g));
      return shown.size === count ? undefined : 'cut';
    } finally {
      await server.stop();
    }
  },
} satisfies Readonly<Record<string, Probe>>;
