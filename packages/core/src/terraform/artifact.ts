import { ashlarError } from '../error/index.ts';
import { type Descriptor, type Manifest } from '../oci/manifest.ts';
import { mediaType } from '../oci/media-type.ts';

/**
 * Checks that a manifest is a module package that OpenTofu installs from `oci://`, and returns its zip layer.
 * @throws ASH-TERRAFORM-ARTIFACT
 */
export function checkTerraformArtifact(manifest: Manifest): Descriptor {
  const invalid = (reason: string) => ashlarError('ASH-TERRAFORM-ARTIFACT', { reason });
  if (manifest.kind === 'index')
    throw invalid('it is an image index, and OpenTofu reads image manifests only');
  if (manifest.mediaType !== mediaType.imageManifest || !manifest.statesMediaType) {
    throw invalid(`its mediaType must be ${mediaType.imageManifest}`);
  }
  if (manifest.artifactType !== mediaType.opentofuModule) {
    throw invalid(
      `its artifactType is ${manifest.artifactType ?? 'missing'}, not ${mediaType.opentofuModule}`,
    );
  }
  const [zip, ...others] = manifest.layers.filter((layer) => layer.mediaType === mediaType.zip);
  if (!zip) throw invalid(`it has no layer of the type ${mediaType.zip}`);
  if (others.length > 0) throw invalid(`it has more than one layer of the type ${mediaType.zip}`);
  return zip;
}
