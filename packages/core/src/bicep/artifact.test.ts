import { describe, expect, it } from 'vitest';

import { AshlarError } from '../error/index.ts';
import { parseManifest } from '../oci/manifest.ts';
import { mediaType } from '../oci/media-type.ts';
import { limits } from '../limit/index.ts';
import { checkBicepArtifact } from './artifact.ts';

type Json = Readonly<Record<string, unknown>>;

const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;
const config = { mediaType: mediaType.bicepConfig, digest: digestOf('1'), size: 2, annotations: {} };
const template = { mediaType: mediaType.bicepTemplate, digest: digestOf('2'), size: 457, annotations: {} };
const source = { mediaType: mediaType.bicepSource, digest: digestOf('3'), size: 418 };
const extra = { mediaType: 'text/plain', digest: digestOf('4'), size: 5 };

/** As `bicep publish --with-source` writes it. */
const published: Json = {
  schemaVersion: 2,
  mediaType: mediaType.imageManifest,
  artifactType: mediaType.bicepModule,
  config,
  layers: [template, source],
  annotations: {
    'org.opencontainers.image.documentation': 'https://docs.example/storage',
    'org.opencontainers.image.created': '2026-11-21T02:56:19.7902035Z',
    'org.opencontainers.image.description': 'Storage account with sane defaults',
  },
};

function check(manifest: Json, contentType: string = mediaType.imageManifest) {
  return checkBicepArtifact(parseManifest(new TextEncoder().encode(JSON.stringify(manifest)), contentType));
}

function refusal(manifest: Json, contentType?: string): string {
  try {
    check(manifest, contentType);
  } catch (error) {
    if (error instanceof AshlarError && error.code === 'ASH-BICEP-ARTIFACT') return error.message;
    throw error;
  }
  return 'taken';
}

const annotated = (key: string, value: string): Json => ({
  ...published,
  annotations: { [`org.opencontainers.image.${key}`]: value },
});

describe('checkBicepArtifact takes', () => {
  const created = (value: string): [string, Json] => [`created ${value}`, annotated('created', value)];
  const link = (key: string, value: string): [string, Json] => [`${key} ${value}`, annotated(key, value)];

  it.each<[string, Json]>([
    ['what bicep publish --with-source writes', published],
    ['no source layer', { ...published, layers: [template] }],
    ['no annotations', { ...published, annotations: undefined }],
    ['null annotations', { ...published, annotations: null }],
    ['annotations that nobody knows', { ...published, annotations: { 'bicep.anything': '', created: 'x' } }],
    ['no artifactType', { ...published, artifactType: undefined }],
    ['a null artifactType', { ...published, artifactType: null }],
    ['no mediaType in the document', { ...published, mediaType: undefined }],
    ['a zero-byte config', { ...published, config: { ...config, digest: digestOf('5'), size: 0 } }],
    ['a config with content', { ...published, config: { ...config, size: 7 } }],
    [
      'layer types in upper case',
      { ...published, layers: [{ ...template, mediaType: template.mediaType.toUpperCase() }] },
    ],
    ['an unknown extra layer', { ...published, layers: [extra, template, extra] }],
    ['twelve layers', { ...published, layers: [template, ...Array.from({ length: 11 }, () => extra)] }],
    ['two source layers', { ...published, layers: [template, source, source] }],
    [
      'a subject',
      { ...published, subject: { mediaType: mediaType.imageManifest, digest: digestOf('6'), size: 9 } },
    ],
    ['a template at the limit', { ...published, layers: [{ ...template, size: limits.template.value }] }],
    [
      'a source at the limit',
      { ...published, layers: [template, { ...source, size: limits.sourceLayer.value }] },
    ],
    created('2026-08-21T10:11:12.1234567Z'),
    created('2026-08-21T10:11:12.1234567+00:00'),
    created('2026-08-21T10:11:12Z'),
    created('2026-08-21T10:11:12.123456789Z'),
    created('2026-08-21T10:11:12+02:00'),
    created('2026-08-21 10:11:12Z'),
    created('2026-08-21'),
    link('documentation', 'http://docs.example:8080/a?b=c#d'),
    link('documentation', 'https://docs.example/größe'),
    link('source', 'git+ssh://git@example.com/modules.git'),
    link('url', 'urn:example:module'),
  ])('%s', (_, manifest) => {
    expect(check(manifest)).toMatchObject({ digest: template.digest });
  });

  it('the media type of Docker', () => {
    const type = mediaType.dockerManifest;

    expect(check({ ...published, mediaType: type }, type)).toEqual(template);
  });
});

describe('checkBicepArtifact refuses', () => {
  const created = (value: string): [string, Json, string] => [
    `created "${value}"`,
    annotated('created', value),
    `its annotation org.opencontainers.image.created is not a date: "${value}"`,
  ];
  const link = (key: string, value: string): [string, Json, string] => [
    `${key} "${value}"`,
    annotated(key, value),
    `its annotation org.opencontainers.image.${key} is not an absolute URI: "${value}"`,
  ];
  const sha512 = `sha512:${'7'.repeat(128)}`;
  const bad = { 'org.opencontainers.image.url': 'docs' };

  it.each<[string, Json, string]>([
    [
      'the artifact of an extension',
      { ...published, artifactType: 'application/vnd.ms.bicep.provider.artifact' },
      'its artifactType is application/vnd.ms.bicep.provider.artifact, not application/vnd.ms.bicep.module.artifact',
    ],
    [
      'an artifactType in upper case',
      { ...published, artifactType: mediaType.bicepModule.toUpperCase() },
      'its artifactType is APPLICATION/VND.MS.BICEP.MODULE.ARTIFACT, not application/vnd.ms.bicep.module.artifact',
    ],
    [
      'the empty config of oras',
      { ...published, config: { ...config, mediaType: mediaType.emptyJson } },
      'its config has the type application/vnd.oci.empty.v1+json, not application/vnd.ms.bicep.module.config.v1+json',
    ],
    [
      'no template layer',
      { ...published, layers: [extra] },
      'it has no layer of the type application/vnd.ms.bicep.module.layer.v1+json',
    ],
    [
      'no layers',
      { ...published, layers: [] },
      'it has no layer of the type application/vnd.ms.bicep.module.layer.v1+json',
    ],
    [
      'two template layers, one in upper case',
      { ...published, layers: [template, { ...template, mediaType: template.mediaType.toUpperCase() }] },
      'it has more than one layer of the type application/vnd.ms.bicep.module.layer.v1+json',
    ],
    [
      'a sha512 layer',
      { ...published, layers: [template, { ...extra, digest: sha512 }] },
      `it names ${sha512}, and Bicep reads sha256 digests only`,
    ],
    [
      'a sha512 config',
      { ...published, config: { ...config, digest: sha512 } },
      `it names ${sha512}, and Bicep reads sha256 digests only`,
    ],
    [
      'a template past the limit',
      { ...published, layers: [{ ...template, size: limits.template.value + 1 }] },
      'its template is larger than 16777216 bytes',
    ],
    [
      'a source past the limit',
      { ...published, layers: [template, { ...source, size: limits.sourceLayer.value + 1 }] },
      'its source layer is larger than 52428800 bytes',
    ],
    created(''),
    created('yesterday'),
    created('release 5'),
    created('2026'),
    created('2026-13-01T00:00:00Z'),
    created('2026-08-21T25:00:00Z'),
    link('documentation', ''),
    link('documentation', '/docs'),
    link('documentation', 'docs/readme.md'),
    link('documentation', 'docs.example/storage'),
    link('documentation', 'https:docs.example'),
    link('url', '//docs.example'),
    link('source', 'https://'),
    [
      'a relative address beside a layer',
      { ...published, layers: [{ ...template, annotations: bad }] },
      'its annotation org.opencontainers.image.url is not an absolute URI: "docs"',
    ],
    [
      'a relative address beside the config',
      { ...published, config: { ...config, annotations: bad } },
      'its annotation org.opencontainers.image.url is not an absolute URI: "docs"',
    ],
  ])('%s', (_, manifest, reason) => {
    expect(refusal(manifest)).toBe(
      `This is not a Bicep module that clients could restore: ${reason}. Publish it with "bicep publish" or "ashlar publish".`,
    );
  });

  it('an image index', () => {
    const index = { schemaVersion: 2, mediaType: mediaType.imageIndex, manifests: [] };

    expect(refusal(index, mediaType.imageIndex)).toBe(
      'This is not a Bicep module that clients could restore: it is an image index, and Bicep reads image manifests ' +
        'only. Publish it with "bicep publish" or "ashlar publish".',
    );
  });
});
