import { annotation, ashlarError, mediaType, stampTelemetryVersion, type Version } from '@ashlar/core';

import { blobOf, type BuiltArtifact, descriptorOf, manifestBytes } from './artifact.ts';
import { packBicepSource } from './bicep-source.ts';
import { checkedTemplate } from './checked-template.ts';
import { layersDigest } from './content-digest.ts';
import type { ModuleFile } from './module-file.ts';

export interface BicepArtifactInput {
  /** The compiled template, main.json. */
  readonly template: Buffer;
  /** The files of the module folder; without them there is no source layer. */
  readonly sources?: readonly ModuleFile[] | undefined;
  /** Address of a page about the module; absolute, http or https. */
  readonly documentation?: string | undefined;
  readonly version: Version;
  /** Replaces AVM's mark for the version in the telemetry deployment. */
  readonly stampTelemetry?: boolean | undefined;
}

/**
 * Builds what `bicep publish` would push, but without its date: equal input gives equal bytes.
 * @throws ASH-BICEP-TEMPLATE ASH-BICEP-ARTIFACT
 */
export async function buildBicepArtifact(input: BicepArtifactInput): Promise<BuiltArtifact> {
  const template = input.stampTelemetry
    ? Buffer.from(stampTelemetryVersion(input.template, input.version))
    : input.template;
  const { description, compilerVersion } = checkedTemplate(template);
  const config = blobOf(mediaType.bicepConfig, Buffer.from('{}'));
  const main = blobOf(mediaType.bicepTemplate, template);
  const source =
    input.sources && blobOf(mediaType.bicepSource, await packBicepSource(input.sources, compilerVersion));
  const configDescriptor = descriptorOf(config);
  const layers = [
    descriptorOf(main, { [annotation.title]: 'Compiled ARM template' }),
    ...(source ? [descriptorOf(source, { [annotation.title]: 'Source files' })] : []),
  ];
  const annotations = {
    ...(input.documentation && { [annotation.documentation]: checkedAddress(input.documentation) }),
    ...(description && { [annotation.description]: description }),
  };
  return {
    manifest: manifestBytes({
      artifactType: mediaType.bicepModule,
      config: configDescriptor,
      layers,
      annotations,
    }),
    mediaType: mediaType.imageManifest,
    blobs: [config, main, ...(source ? [source] : [])],
    contentDigest: layersDigest(configDescriptor, layers),
  };
}

/** The client throws on any other address before it looks at the module. */
function checkedAddress(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw ashlarError('ASH-BICEP-ARTIFACT', {
    reason: `the documentation address "${text.slice(0, 200)}" is not an absolute http or https address`,
  });
}
