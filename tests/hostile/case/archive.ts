import {
  ambiguousGzips,
  ambiguousTars,
  ambiguousZips,
  collidingNames,
  hostileModes,
  hostileNames,
  hostileTarTypes,
} from '../../../packages/registry/src/intake/hostile-archive-cases.ts';
import { pax, tarBytes, zipBytes } from '../../../packages/registry/src/intake/hostile-archive.ts';
import { gzipSync } from 'node:zlib';

import type { ErrorCode } from '@ashlar/core';

import { descriptor, emptyConfig, json } from '../../oci/content.ts';
import type { HostileCase, HostileGroup } from '../hostile-case.ts';
import { pushBlobTo } from './push-blob.ts';

/** More names than those of the reader's own tests. */
const names: readonly (string | Buffer)[] = [
  ...hostileNames.map(([name]) => name),
  'a/../../b',
  '..',
  'C:\\Windows\\win.ini',
  '\\\\host\\share\\x',
  'a\u2028b',
  '\ufeffa',
  'a\u00adb',
  'a|b',
  'x.tf ',
  'a\tb',
];

/** Sends bytes where the archive of a module belongs. */
export function publishCase(
  threat: string,
  name: string,
  archive: () => Buffer,
  code: ErrorCode,
  status = 422,
): HostileCase {
  return {
    threat,
    name,
    send: () => ({
      method: 'PUT',
      target: '/api/v1/version?ref=terraform/hostile/archive/azurerm@1.0.0',
      headers: [['Content-Type', 'application/octet-stream']],
      body: archive(),
    }),
    status,
    code,
  };
}

/** The same as the layer of an OCI artifact, which is looked at when its manifest comes. */
export function layerCase(
  threat: string,
  name: string,
  zip: () => Buffer,
  code: ErrorCode,
  status = 422,
): HostileCase {
  const repository = 'terraform/hostile/layer/azurerm';
  return {
    threat,
    name,
    async prepare(server) {
      await pushBlobTo(server, repository, Buffer.from('{}'));
      await pushBlobTo(server, repository, zip());
    },
    send: () => {
      const layer = descriptor(zip(), 'archive/zip');
      return {
        method: 'PUT',
        target: `/v2/${repository}/manifests/1.0.0`,
        headers: [['Content-Type', 'application/vnd.oci.image.manifest.v1+json']],
        body: json({
          schemaVersion: 2,
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          artifactType: 'application/vnd.opentofu.modulepkg',
          config: emptyConfig,
          layers: [layer],
        }),
      };
    },
    status,
    code,
  };
}

function shown(name: string | Buffer): string {
  return JSON.stringify(name.toString('latin1'));
}

function paxNamed(name: string) {
  return tarBytes([pax({ path: name }), { name: 'x' }]);
}

export const nameGroup: HostileGroup = {
  title: 'archive names',
  cases: [
    ...names.flatMap((name) => [
      publishCase('T-01', `zip ${shown(name)}`, () => zipBytes([{ name }]), 'ASH-ARCHIVE-PATH'),
      publishCase('T-01', `tar ${shown(name)}`, () => tarBytes([{ name }]), 'ASH-ARCHIVE-PATH'),
      publishCase('T-01', `tar.gz ${shown(name)}`, () => gzipSync(tarBytes([{ name }])), 'ASH-ARCHIVE-PATH'),
      layerCase('T-01', `layer ${shown(name)}`, () => zipBytes([{ name }]), 'ASH-ARCHIVE-PATH'),
    ]),
    ...['', 'a\x00b'].flatMap((name) => [
      publishCase('T-01', `zip ${shown(name)}`, () => zipBytes([{ name }]), 'ASH-ARCHIVE-PATH'),
      publishCase('T-01', `pax ${shown(name)}`, () => paxNamed(name), 'ASH-ARCHIVE-PATH'),
      publishCase('T-01', `pax in gzip ${shown(name)}`, () => gzipSync(paxNamed(name)), 'ASH-ARCHIVE-PATH'),
      layerCase('T-01', `layer ${shown(name)}`, () => zipBytes([{ name }]), 'ASH-ARCHIVE-PATH'),
    ]),
  ],
};

export const typeGroup: HostileGroup = {
  title: 'archive entry types',
  cases: [
    ...hostileModes.flatMap(([mode, { code }]) => [
      publishCase(
        'T-02',
        `zip, mode ${mode.toString(8)}`,
        () => zipBytes([{ name: 'x', mode }]),
        code as ErrorCode,
      ),
      layerCase(
        'T-02',
        `layer, mode ${mode.toString(8)}`,
        () => zipBytes([{ name: 'x', mode }]),
        code as ErrorCode,
      ),
    ]),
    ...hostileTarTypes.map(([spec, { code }]) =>
      publishCase('T-02', `tar, ${JSON.stringify(spec)}`, () => tarBytes([spec]), code as ErrorCode),
    ),
  ],
};

export const ambiguousGroup: HostileGroup = {
  title: 'ambiguous archives',
  cases: [
    ...ambiguousZips.map(([name, specs, end, { code }]) =>
      publishCase('T-04', `zip: ${name}`, () => zipBytes(specs, end), code as ErrorCode),
    ),
    ...ambiguousTars.map(([name, archive, { code }]) =>
      publishCase('T-04', `tar: ${name}`, () => archive, code as ErrorCode),
    ),
    ...ambiguousGzips.map(([name, archive, { code }]) =>
      publishCase('T-04', `gzip: ${name}`, () => archive, code as ErrorCode),
    ),
    ...collidingNames.map((pair) =>
      publishCase(
        'T-04',
        `zip: ${JSON.stringify(pair)}`,
        () => zipBytes(pair.map((name) => ({ name, mode: 0 }))),
        'ASH-ARCHIVE-DUPLICATE',
      ),
    ),
  ],
};
