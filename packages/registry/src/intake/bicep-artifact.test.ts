import { createCipheriv } from 'node:crypto';

import { AshlarError, limits, parseManifest, parseVersion } from '@ashlar/core';
import { describe, expect, it } from 'vitest';

import { readArchive } from './archive.ts';
import { type BicepArtifactInput, buildBicepArtifact } from './bicep-artifact.ts';
import { layersDigest, sha256, treeDigest } from './content-digest.ts';
import type { ModuleFile } from './module-file.ts';
import { packZip } from './pack.ts';
import { buildTerraformArtifact } from './terraform-artifact.ts';

const version = parseVersion('1.2.3');
const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const template = json({
  $schema: schema,
  metadata: {
    _generator: { name: 'bicep', version: '0.46.1.1', templateHash: '1' },
    description: 'A vault <ä>',
  },
  resources: {},
});
const file = (path: string, text = ''): ModuleFile => ({ path, executable: false, bytes: Buffer.from(text) });

async function refusal(input: Partial<BicepArtifactInput>) {
  const error: unknown = await buildBicepArtifact({ template, version, ...input }).catch(
    (reason: unknown) => reason,
  );
  return error instanceof AshlarError ? { code: error.code, ...(error.params as object) } : error;
}

describe('buildBicepArtifact', () => {
  it('builds the manifest of bicep publish, without a date', async () => {
    const built = await buildBicepArtifact({ template, version, documentation: 'https://example.com/vault' });

    expect(built.manifest.toString()).toBe(
      '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",' +
        '"artifactType":"application/vnd.ms.bicep.module.artifact",' +
        '"config":{"mediaType":"application/vnd.ms.bicep.module.config.v1+json",' +
        '"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2,"annotations":{}},' +
        `"layers":[{"mediaType":"application/vnd.ms.bicep.module.layer.v1+json","digest":"${sha256(template)}",` +
        `"size":${template.length},"annotations":{"org.opencontainers.image.title":"Compiled ARM template"}}],` +
        '"annotations":{"org.opencontainers.image.documentation":"https://example.com/vault",' +
        '"org.opencontainers.image.description":"A vault <ä>"}}',
    );
    expect({ ...built, manifest: undefined }).toEqual({
      manifest: undefined,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      blobs: [
        {
          digest: sha256('{}'),
          mediaType: 'application/vnd.ms.bicep.module.config.v1+json',
          bytes: Buffer.from('{}'),
        },
        {
          digest: sha256(template),
          mediaType: 'application/vnd.ms.bicep.module.layer.v1+json',
          bytes: template,
        },
      ],
      contentDigest: layersDigestOf(built.manifest),
    });
  });

  it('has annotations even when there are none', async () => {
    const built = await buildBicepArtifact({ template: json({ $schema: schema, resources: [] }), version });

    expect(built.manifest.toString()).toMatch(/"annotations":\{\}\}$/);
  });

  it('writes the version into the telemetry and nothing else', async () => {
    const marked = (mark: string) =>
      Buffer.concat([
        Buffer.from(
          `{"$schema":"${schema}","a":"ä replace('${mark}','.','-')","b":"${mark}","resources":[]}`,
        ),
      ]);

    const built = await buildBicepArtifact({ template: marked('-..--..-'), version, stampTelemetry: true });

    expect(built.blobs[1]!.bytes).toEqual(marked('1.2.3'));
  });

  it.each<[string, Partial<BicepArtifactInput>, string]>([
    ['no JSON', { template: Buffer.from('{') }, 'it is not JSON in UTF-8'],
    ['no UTF-8', { template: Buffer.from([0xff]) }, 'it is not JSON in UTF-8'],
    ...[
      '[]',
      'null',
      '"a"',
      '{"resources":[]}',
      `{"$schema":"${schema}"}`,
      `{"$schema":"${schema}","resources":1}`,
    ].map((text): [string, Partial<BicepArtifactInput>, string] => [
      text,
      { template: Buffer.from(text) },
      'it has no $schema and resources; it must be an ARM template for a deployment',
    ]),
    ['no mark', { stampTelemetry: true }, 'it has no -..--..- that the version could replace for telemetry'],
  ])('refuses a template: %s', async (_, input, reason) => {
    expect(await refusal(input)).toEqual({ code: 'ASH-BICEP-TEMPLATE', reason });
  });

  it('takes a template at the limit and refuses one past it', async () => {
    const padded = (size: number) => Buffer.concat([template, Buffer.alloc(size - template.length, ' ')]);

    expect(await buildBicepArtifact({ template: padded(limits.template.value), version })).toHaveProperty(
      'manifest',
    );
    expect(await refusal({ template: padded(limits.template.value + 1) })).toEqual({
      code: 'ASH-BICEP-TEMPLATE',
      reason: 'it is larger than 16777216 bytes',
    });
  });

  it.each(['/docs', 'docs', 'javascript:alert(1)', 'file:///etc'])(
    'refuses the documentation address %s',
    async (documentation) => {
      expect(await refusal({ documentation })).toEqual({
        code: 'ASH-BICEP-ARTIFACT',
        reason: `the documentation address "${documentation}" is not an absolute http or https address`,
      });
    },
  );
});

function layersDigestOf(manifest: Buffer) {
  const { config, layers } = parseManifest(manifest, undefined);
  return layersDigest(config!, layers);
}

describe('source layer', () => {
  const sources = [
    file(
      'main.bicep',
      "// it's\nmodule a './modules/a b+c.bicep' = {\n}\nvar t = loadTextContent('data/x.txt')\nmodule m 'nested.json' = {}",
    ),
    file(
      'modules/a b+c.bicep',
      "import { t } from '../types.bicep'\nvar y = loadYamlContent('../data/y.yaml')",
    ),
    file('types.bicep', "module up '../outside.bicep' = {}"),
    file('nested.json', JSON.stringify({ $schema: schema, resources: [] })),
    file('data/x.txt', 'x'),
    file('data/y.yaml', 'y: 1'),
    file('main.json', template.toString()),
    file('README.md'),
    file('tests/e2e/main.test.bicep', "module m '../../main.bicep' = {}"),
  ];

  async function layerFiles(files: ModuleFile[]) {
    const { blobs } = await buildBicepArtifact({ template, version, sources: files });
    return (await readArchive(blobs[2]!.bytes)).map(({ path, bytes }) => [path, bytes.toString()]);
  }

  it('holds main.bicep and what it leads to', async () => {
    const text = (path: string) => sources.find((each) => each.path === path)!.bytes.toString();

    const [metadata, ...rest] = await layerFiles(sources);

    expect(metadata![0]).toBe('__metadata.json');
    expect(JSON.parse(metadata![1]!)).toEqual({
      metadataVersion: 1,
      bicepVersion: '0.46.1.1',
      entryPoint: 'main.bicep',
      sourceFiles: [
        { path: 'main.bicep', archivePath: 'files/main.bicep', kind: 'Bicep' },
        { path: 'modules/a b+c.bicep', archivePath: 'files/modules/a b_c.bicep', kind: 'Bicep' },
        { path: 'nested.json', archivePath: 'files/nested.json', kind: 'ArmTemplate' },
        { path: 'types.bicep', archivePath: 'files/types.bicep', kind: 'Bicep' },
      ],
      documentLinks: {},
    });
    expect(rest).toEqual([
      ['files/data/x.txt', 'x'],
      ['files/data/y.yaml', 'y: 1'],
      ['files/main.bicep', text('main.bicep')],
      ['files/modules/a b_c.bicep', text('modules/a b+c.bicep')],
      ['files/nested.json', text('nested.json')],
      ['files/types.bicep', text('types.bicep')],
    ]);
  });

  it('keeps names apart that come to the same, and cuts long ones', async () => {
    const long = `${'l'.repeat(120)}/${'m'.repeat(126)}.bicep`;
    const paths = ['a#b.bicep', 'a&b.bicep', long];
    const main = file('main.bicep', paths.map((path) => `module x '${path}' = {}`).join('\n'));

    const names = (await layerFiles([main, ...paths.map((path) => file(path))])).map(([path]) => path);

    expect(names).toEqual([
      '__metadata.json',
      'files/a_b.bicep',
      'files/a_b.bicep(2)',
      `files/${'l'.repeat(120)}/${'m'.repeat(100)}__path_too_long__.bicep`,
      'files/main.bicep',
    ]);
    expect(names[3]).toHaveLength(250);
  });

  it('is the same whatever the order of the files', async () => {
    const build = (files: ModuleFile[]) => buildBicepArtifact({ template, version, sources: files });

    expect(await build(sources.toReversed())).toEqual(await build(sources));
  });

  it('has a limit', async () => {
    // A cipher over zeros gives bytes that do not compress, and always the same.
    const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
      Buffer.alloc(limits.sourceLayer.value),
    );
    const main = file('main.bicep', "var x = loadFileAsBase64('noise.bin')");

    expect(await refusal({ sources: [main, { ...file('noise.bin'), bytes: noise }] })).toEqual({
      code: 'ASH-BICEP-ARTIFACT',
      reason: 'its source layer is larger than 52428800 bytes',
    });
  });

  it('needs main.bicep', async () => {
    expect(await refusal({ sources: [file('other.bicep')] })).toEqual({
      code: 'ASH-BICEP-ARTIFACT',
      reason: 'its sources have no main.bicep',
    });
  });
});

describe('buildTerraformArtifact', () => {
  it('builds what tofu installs', async () => {
    const files = [file('main.tf', 'a')];
    const zip = await packZip(files);

    const built = buildTerraformArtifact(zip, {
      files,
      annotations: { 'org.opencontainers.image.description': 'A network' },
      title: 'network-1.2.3.zip',
    });

    expect(built.manifest.toString()).toBe(
      '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",' +
        '"artifactType":"application/vnd.opentofu.modulepkg",' +
        `"config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"${sha256('{}')}","size":2,"annotations":{}},` +
        `"layers":[{"mediaType":"archive/zip","digest":"${sha256(zip)}","size":${zip.length},` +
        '"annotations":{"org.opencontainers.image.title":"network-1.2.3.zip"}}],' +
        '"annotations":{"org.opencontainers.image.description":"A network"}}',
    );
    expect({ ...built, manifest: undefined }).toEqual({
      manifest: undefined,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      blobs: [
        { digest: sha256('{}'), mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') },
        { digest: sha256(zip), mediaType: 'archive/zip', bytes: zip },
      ],
      contentDigest: treeDigest(files),
    });
  });
});
