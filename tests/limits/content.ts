import { crc32, deflateRawSync } from 'node:zlib';

import {
  checkBicepArtifact,
  limits,
  mediaType,
  parseManifest,
  readmeSummary,
  readTemplate,
} from '@ashlar/core';
import { packBicepSource, packZip, readArchive } from '@ashlar/registry/intake';

import {
  paxRecord,
  tarBytes,
  zipBytes,
  type ZipSpec,
} from '../../packages/registry/src/intake/hostile-archive.ts';
import { bytesOf, descriptor, digestOf, manifestOf } from '../oci/content.ts';
import { moduleFiles, template } from '../publish/put-version.ts';
import { codeOf, codeThrown, type Place, type Probe, publish } from './probe.ts';

const read = async (archive: Buffer) => await codeThrown(async () => await readArchive(archive));

/** A zip entry of bytes as they are, or deflated. */
function entry(name: string, bytes: Buffer, stored: boolean): ZipSpec {
  const data = stored ? bytes : deflateRawSync(bytes, { level: 9 });
  return { name, stored, data, fields: { crc: crc32(bytes), compressed: data.length, size: bytes.length } };
}

function archiveOfSize(size: number): Buffer {
  const overhead = zipBytes([entry('a', Buffer.alloc(0), true)]).length;
  return zipBytes([entry('a', Buffer.alloc(size - overhead, 'a'), true)]);
}

/** Zeros compress about a thousand times, so filler that does not keeps the ratio where it should be. */
function archiveOf(zeros: number, filler: number): Buffer {
  return zipBytes([entry('filler', bytesOf(filler), true), entry('zeros', Buffer.alloc(zeros), false)]);
}

/** An archive that unpacks to exactly so many times its own size. */
function archiveOfRatio(ratio: number): Buffer {
  const zeros = limits.archiveRatioFrom.value * 2;
  const fixed = archiveOf(zeros, 0).length;
  const filler = Math.ceil((zeros - ratio * fixed) / (ratio - 1));
  const missing = ratio * (fixed + filler) - (zeros + filler);
  const archive = archiveOf(zeros + missing, filler);
  if (zeros + missing + filler !== archive.length * ratio) throw new Error('the archive has another ratio');
  return archive;
}

function bicepManifest(layers: readonly { mediaType: string; size: number }[]) {
  const config = descriptor('{}', mediaType.bicepConfig);
  const parts = layers.map((layer) => ({ ...layer, digest: digestOf(layer.mediaType) }));
  return parseManifest(
    Buffer.from(manifestOf({ artifactType: mediaType.bicepModule, config, layers: parts })),
    mediaType.imageManifest,
  );
}

/** What the page of a module shows after a publish with this README. */
async function shownReadme(place: Place, readme: string): Promise<string> {
  const { address } = await publish(
    place,
    await packZip(moduleFiles({ 'main.tf': '', 'README.md': readme })),
  );
  const { body } = await place.server.api('GET', `/module?address=${encodeURIComponent(address)}`);
  return body.readme;
}

const smallModule = async () => await packZip(moduleFiles({ 'main.tf': '' }));
const cutUnless = (whole: boolean) => (whole ? undefined : 'cut');

export const contentProbes = {
  archiveSize: async (size) => await read(archiveOfSize(size)),
  archiveUnpacked: async (size) => await read(archiveOf(size - 3_000_000, 3_000_000)),
  archiveRatio: async (ratio) => await read(archiveOfRatio(ratio)),
  archiveRatioFrom: async (size) => await read(archiveOf(size, 0)),
  archiveEntries: async (count) =>
    await read(zipBytes(Array.from({ length: count }, (_, i) => ({ name: `f${i}` })))),
  archiveDepth: async (depth) => await read(zipBytes([{ name: `${'d/'.repeat(depth)}x` }])),
  archiveNameLength: async (length) => await read(zipBytes([{ name: 'n'.repeat(length) }])),
  archiveExtensions: async (size) => {
    const record = (text: string) => ({ name: 'pax', type: 'x', text });
    const filler = (bytes: number) => paxRecord(['comment', 'c'.repeat(bytes - '0000000 comment=\n'.length)]);
    return await read(
      tarBytes([record(filler(size - 2_000_000)), { name: 'a' }, record(filler(2_000_000)), { name: 'b' }]),
    );
  },
  jsonDepth: async (depth) => {
    const nested = '['.repeat(depth - 1) + ']'.repeat(depth - 1);
    const template = Buffer.from(`{"$schema":"s","resources":${nested}}`);
    const manifest = Buffer.from(manifestOf().toString().replace(/}$/, `,"x":${nested}}`));
    const codes = [
      await codeThrown(() => readTemplate(template)),
      await codeThrown(() => parseManifest(manifest, mediaType.imageManifest)),
    ];
    if (codes[1] !== (codes[0] && 'ASH-MANIFEST-INVALID')) throw new Error('the two are judged differently');
    return codes[0];
  },
  templateEntries: async (count) => {
    // Besides `$schema` and `resources` themselves.
    const resources = `[${'0,'.repeat(count - 3)}0]`;
    return await codeThrown(() => readTemplate(Buffer.from(`{"$schema":"s","resources":${resources}}`)));
  },
  manifestEntries: async (count) => {
    const text = manifestOf().toString();
    const entries = (value: unknown): number =>
      typeof value !== 'object' || value === null
        ? 0
        : Object.values(value).reduce<number>((sum, each) => sum + 1 + entries(each), 0);
    const filler = `[${'0,'.repeat(count - entries(JSON.parse(text)) - 2)}0]`;
    const manifest = Buffer.from(text.replace(/}$/, `,"x":${filler}}`));
    return await codeThrown(() => parseManifest(manifest, mediaType.imageManifest));
  },
  template: async (size) => {
    const layer = { mediaType: mediaType.bicepTemplate, size };
    const atManifest = await codeThrown(() => checkBicepArtifact(bicepManifest([layer])));
    const padded = Buffer.alloc(size, ' ');
    template('').copy(padded);
    const atTemplate = await codeThrown(() => readTemplate(padded));
    if ((atTemplate === 'ASH-BICEP-TEMPLATE') !== (atManifest === 'ASH-BICEP-ARTIFACT'))
      throw new Error('manifest and template are judged differently');
    return atManifest;
  },
  sourceLayer: async (size) => {
    const layers = [
      { mediaType: mediaType.bicepTemplate, size: 1 },
      { mediaType: mediaType.bicepSource, size },
    ];
    return await codeThrown(() => checkBicepArtifact(bicepManifest(layers)));
  },
  sourcePath: async (length) => {
    const path = `${'p'.repeat(length - 'files/.bicep'.length)}.bicep`;
    const sources = moduleFiles({ 'main.bicep': `module m '${path}'`, [path]: '' });
    const files = await readArchive(await packBicepSource(sources, undefined));
    return cutUnless(files.some((file) => file.path === `files/${path}`));
  },
  manifest: async (size, { oci, name }) => {
    const manifest = manifestOf({});
    const path = `/v2/plain/${name()}/manifests/1`;
    const answer = await oci.send('PUT', path, {
      headers: { 'content-type': mediaType.imageManifest },
      body: Buffer.concat([Buffer.from(manifest), Buffer.alloc(size - Buffer.byteLength(manifest), ' ')]),
    });
    return answer.status === 201 ? undefined : (answer.headers['ashlar-error'] as never);
  },
  description: async (length, place) =>
    codeOf((await publish(place, await smallModule(), { description: 'd'.repeat(length) })).answer),
  webAddress: async (length, place) => {
    const documentation = 'https://h/'.padEnd(length, 'a');
    return codeOf((await publish(place, await smallModule(), { documentation })).answer);
  },
  readme: async (length, place) => {
    const readme = 'r'.repeat(length);
    return cutUnless((await shownReadme(place, readme)) === readme);
  },
  summary: (length) => cutUnless(readmeSummary('s'.repeat(length)) === 's'.repeat(length)),
  summarySource: (length) => {
    const text = `# ${'x'.repeat(length - '# \n\nEND'.length)}\n\nEND`;
    return cutUnless(readmeSummary(text) === 'END');
  },
  summaryParagraph: (length) => {
    const image = `![${'x'.repeat(length - '![](u) END'.length)}](u) END`;
    return cutUnless(readmeSummary(image) === 'END');
  },
} satisfies Readonly<Record<string, Probe>>;
