import { describe, expect, it } from 'vitest';

import { parseManifest } from '../oci/manifest.ts';
import { checkTerraformArtifact } from './artifact.ts';

const imageManifest = 'application/vnd.oci.image.manifest.v1+json';
const imageIndex = 'application/vnd.oci.image.index.v1+json';
const digest = `sha256:${'a'.repeat(64)}`;
const zip = { mediaType: 'archive/zip', digest, size: 10 };
const sound = {
  schemaVersion: 2,
  mediaType: imageManifest,
  artifactType: 'application/vnd.opentofu.modulepkg',
  config: { mediaType: 'application/vnd.oci.empty.v1+json', digest, size: 2 },
  layers: [zip],
};

function check(changes: Readonly<Record<string, unknown>>, contentType = imageManifest) {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...sound, ...changes }));
  return checkTerraformArtifact(parseManifest(bytes, contentType));
}

describe('checkTerraformArtifact', () => {
  it.each([
    ['one zip', {}],
    ['one zip among others', { layers: [{ ...zip, mediaType: 'application/spdx+json' }, zip] }],
    ['annotations', { annotations: { 'org.opencontainers.image.source': 'https://contoso.example' } }],
  ])('takes a package with %s', (_, changes) => {
    expect(check(changes)).toMatchObject(zip);
  });

  it.each([
    [
      'does not state its media type',
      { mediaType: undefined },
      `its mediaType must be ${imageManifest}`,
      imageManifest,
    ],
    [
      'is an index',
      { mediaType: imageIndex, layers: undefined, config: undefined, manifests: [] },
      'it is an image index, and OpenTofu reads image manifests only',
      imageIndex,
    ],
    [
      'is of Docker',
      { mediaType: 'application/vnd.docker.distribution.manifest.v2+json' },
      `its mediaType must be ${imageManifest}`,
      'application/vnd.docker.distribution.manifest.v2+json',
    ],
    [
      'states no artifact type',
      { artifactType: undefined },
      'its artifactType is missing, not application/vnd.opentofu.modulepkg',
      imageManifest,
    ],
    [
      'has another artifact type',
      { artifactType: 'application/zip' },
      'its artifactType is application/zip, not application/vnd.opentofu.modulepkg',
      imageManifest,
    ],
    [
      'has no zip',
      { layers: [{ ...zip, mediaType: 'application/zip' }] },
      'it has no layer of the type archive/zip',
      imageManifest,
    ],
    [
      'has two zips',
      { layers: [zip, zip] },
      'it has more than one layer of the type archive/zip',
      imageManifest,
    ],
  ])('refuses one that %s', (_, changes, reason, contentType) => {
    expect(() => check(changes, contentType)).toThrow(
      `This is not a module that OpenTofu could install: ${reason}.`,
    );
  });
});
