import { annotation, ashlarError, type ModuleAddress, type Version } from '@ashlar/core';

import {
  buildBicepArtifact,
  type BuiltArtifact,
  buildTerraformArtifact,
  type ModuleFile,
  packZip,
  requireTerraformRoot,
} from '../../intake/index.ts';

/** What a publisher may say besides the files. */
export interface UploadOptions {
  /** Address of a page about the module. */
  readonly documentation?: string | undefined;
  /** Terraform: one line about the module; a Bicep module says it itself. */
  readonly description?: string | undefined;
  /** Bicep: write the version into AVM's telemetry mark; an error when there is none. */
  readonly stampTelemetry?: boolean | undefined;
}

export interface UploadContent {
  readonly address: ModuleAddress;
  readonly version: Version;
  readonly files: readonly ModuleFile[];
}

export interface BuiltUpload extends BuiltArtifact {
  readonly readme: string | undefined;
}

/**
 * Makes the artifact of a module from its files: what is stored and served, byte for byte. Equal files give equal
 * bytes, here and on the publisher's machine.
 * @throws ASH-ARCHIVE-NO-MODULE ASH-BICEP-TEMPLATE ASH-BICEP-ARTIFACT
 */
export async function buildUpload(content: UploadContent, options: UploadOptions): Promise<BuiltUpload> {
  const { address, files } = content;
  const readme = files.find(({ path }) => /^readme\.md$/i.test(path))?.bytes.toString('utf8');
  const artifact =
    address.language === 'bicep'
      ? await buildBicep(content, options)
      : await buildTerraform(content, options);
  return { ...artifact, readme };
}

async function buildBicep({ version, files }: UploadContent, options: UploadOptions): Promise<BuiltArtifact> {
  const template = files.find(({ path }) => path === 'main.json');
  if (!template)
    throw ashlarError('ASH-ARCHIVE-NO-MODULE', { expected: 'main.json, the compiled template,' });
  const hasSource = files.some(({ path }) => path === 'main.bicep');
  return await buildBicepArtifact({
    template: template.bytes,
    sources: hasSource ? files : undefined,
    documentation: options.documentation,
    version,
    stampTelemetry: options.stampTelemetry,
  });
}

async function buildTerraform({ address, version, files }: UploadContent, options: UploadOptions) {
  requireTerraformRoot(files);
  const name = address.repository.split('/').at(-2)!;
  return buildTerraformArtifact(await packZip(files), {
    files,
    title: `${name}-${version}.zip`,
    annotations: {
      ...(options.documentation ? { [annotation.documentation]: options.documentation } : {}),
      ...(options.description ? { [annotation.description]: options.description } : {}),
    },
  });
}
