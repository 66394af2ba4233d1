import { ashlarError } from '../error/index.ts';
import { limits } from '../limit/index.ts';
import { type Descriptor, type Manifest } from '../oci/manifest.ts';
import { annotation, mediaType } from '../oci/media-type.ts';

const [maxTemplate, maxSource] = [limits.template.value, limits.sourceLayer.value];

/**
 * Checks that a manifest is a Bicep module that every Bicep client can restore, and returns its template layer.
 * The rules are those of Bicep's own reader (OciModuleArtifactResult) and of the strict annotation parser of the Azure
 * SDK: what they would refuse at a pull is refused at the push.
 * @throws ASH-BICEP-ARTIFACT
 */
export function checkBicepArtifact(manifest: Manifest): Descriptor {
  const invalid = (reason: string) => ashlarError('ASH-BICEP-ARTIFACT', { reason });
  // Docker's media type for a manifest is fine: Bicep does not look at it.
  if (manifest.kind === 'index') throw invalid('it is an image index, and Bicep reads image manifests only');
  if (manifest.artifactType !== undefined && manifest.artifactType !== mediaType.bicepModule) {
    throw invalid(`its artifactType is ${manifest.artifactType}, not ${mediaType.bicepModule}`);
  }
  if (manifest.config?.mediaType !== mediaType.bicepConfig) {
    throw invalid(`its config has the type ${manifest.config?.mediaType}, not ${mediaType.bicepConfig}`);
  }
  const foreign = [manifest.config, ...manifest.layers].find(({ digest }) => !digest.startsWith('sha256:'));
  if (foreign) throw invalid(`it names ${foreign.digest}, and Bicep reads sha256 digests only`);
  for (const part of [manifest, manifest.config, ...manifest.layers]) {
    const broken = brokenAnnotation(part.annotations);
    if (broken) throw invalid(broken);
  }
  return templateLayer(manifest, invalid);
}

function templateLayer(manifest: Manifest, invalid: (reason: string) => Error): Descriptor {
  // Bicep compares layer types without case.
  const ofType = (type: string) => manifest.layers.filter((layer) => layer.mediaType.toLowerCase() === type);
  const [template, ...others] = ofType(mediaType.bicepTemplate);
  if (!template) throw invalid(`it has no layer of the type ${mediaType.bicepTemplate}`);
  if (others.length > 0) throw invalid(`it has more than one layer of the type ${mediaType.bicepTemplate}`);
  if (template.size > maxTemplate) throw invalid(`its template is larger than ${maxTemplate} bytes`);
  const source = ofType(mediaType.bicepSource).find(({ size }) => size > maxSource);
  if (source) throw invalid(`its source layer is larger than ${maxSource} bytes`);
  return template;
}

/** The Azure SDK for .NET parses these wherever annotations may stand, and throws. */
function brokenAnnotation(annotations: Manifest['annotations']): string | undefined {
  const created = annotations[annotation.created];
  if (created !== undefined && !isDate(created)) {
    return `its annotation ${annotation.created} is not a date: "${created.slice(0, 100)}"`;
  }
  for (const key of [annotation.documentation, annotation.url, annotation.source]) {
    const value = annotations[key];
    if (value !== undefined && !isAbsoluteUri(value)) {
      return `its annotation ${key} is not an absolute URI: "${value.slice(0, 100)}"`;
    }
  }
  return undefined;
}

/** RFC 3339 with any number of digits after the second (.NET writes seven), with a little room for other writers. */
const datePattern = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:Z|[+-]\d\d:?\d\d)?)?$/i;

/** By itself `Date.parse` reads nearly everything that holds a number. */
function isDate(text: string): boolean {
  return datePattern.test(text) && !Number.isNaN(Date.parse(text));
}

/** `URL` mends `https:host` and takes it; .NET does not. */
function isAbsoluteUri(text: string): boolean {
  return URL.canParse(text) && !/^\s*https?:(?!\/\/)/i.test(text);
}
