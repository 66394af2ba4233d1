import { z } from 'zod';

import { ashlarError } from '../error/index.ts';
import { disguisedField, hasMoreEntries, isTooDeep, repeatedField } from '../json/index.ts';
import { limits } from '../limit/index.ts';
import { type Digest, isDigest } from './digest.ts';
import { mediaType } from './media-type.ts';

const annotations = z.record(z.string(), z.string());

const descriptor = z.object({
  mediaType: z.string().min(1),
  digest: z.string().refine(isDigest, 'is not a sha256 or sha512 digest'),
  size: z.int().nonnegative(),
  artifactType: z.string().optional(),
  annotations: annotations.nullish(),
});

const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().nullish(),
  config: descriptor.optional(),
  layers: z.array(descriptor).optional(),
  manifests: z.array(descriptor).optional(),
  subject: descriptor.nullish(),
  annotations: annotations.nullish(),
});

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes, as the manifest claims. */
  readonly size: number;
  readonly artifactType?: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What Ashlar reads from an image manifest or an image index; the bytes themselves are kept as they came. */
export interface Manifest {
  readonly kind: 'image' | 'index';
  readonly mediaType: string;
  /** Whether the document itself states its media type, as OpenTofu demands. */
  readonly statesMediaType: boolean;
  /** `artifactType` as written; see {@link referrerType} for what listings show. */
  readonly artifactType: string | undefined;
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  readonly manifests: readonly Descriptor[];
  readonly subject: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

const indexTypes: readonly string[] = [mediaType.imageIndex, mediaType.dockerManifestList];
const imageTypes: readonly string[] = [mediaType.imageManifest, mediaType.dockerManifest];

/**
 * Reads manifest bytes. `contentType` is the header of the push; its parameters are ignored.
 * @throws ASH-MANIFEST-INVALID
 */
export function parseManifest(bytes: Uint8Array, contentType: string | undefined): Manifest {
  const invalid = (reason: string) => ashlarError('ASH-MANIFEST-INVALID', { reason });
  const text = decode(bytes, invalid);
  const document = parseJson(text, invalid);
  const parsed = manifestSchema.safeParse(document);
  if (!parsed.success) throw invalid(firstIssue(parsed.error));
  refuseDisguises(document as Document, invalid);
  const repeated = repeatedField(text);
  if (repeated !== undefined) throw invalid(`it has the field "${repeated.slice(0, 100)}" twice`);
  const raw = parsed.data;
  const announced = contentType?.split(';')[0]?.trim().toLowerCase() || undefined;
  const type = raw.mediaType ?? announced;
  if (type === undefined) throw invalid('it has no mediaType and the request has no Content-Type');
  if (announced !== undefined && raw.mediaType !== undefined && announced !== raw.mediaType) {
    throw invalid(`its mediaType is ${raw.mediaType} but the Content-Type is ${announced}`);
  }
  if (raw.manifests !== undefined && (raw.config !== undefined || raw.layers !== undefined)) {
    throw invalid('it mixes the fields of an image and of an index');
  }
  const kind = indexTypes.includes(type) ? 'index' : imageTypes.includes(type) ? 'image' : undefined;
  if (kind === undefined)
    throw invalid(`its media type ${type} is neither an image manifest nor an image index`);
  if (kind === 'image' && raw.config === undefined) throw invalid('config is missing');
  if (kind === 'image' && raw.layers === undefined) throw invalid('layers is missing');
  if (kind === 'index' && raw.manifests === undefined) throw invalid('manifests is missing');
  return {
    kind,
    mediaType: type,
    statesMediaType: raw.mediaType !== undefined,
    artifactType: raw.artifactType || undefined,
    config: raw.config && toDescriptor(raw.config),
    layers: (raw.layers ?? []).map(toDescriptor),
    manifests: (raw.manifests ?? []).map(toDescriptor),
    subject: raw.subject ? toDescriptor(raw.subject) : undefined,
    annotations: raw.annotations ?? {},
  };
}

/** The `artifactType` of a referrers entry: the manifest's own, else the config type of an image manifest. */
export function referrerType(manifest: Manifest): string | undefined {
  return manifest.artifactType ?? (manifest.kind === 'image' ? manifest.config?.mediaType : undefined);
}

function toDescriptor(raw: z.infer<typeof descriptor>): Descriptor {
  return { ...raw, annotations: raw.annotations ?? {} };
}

function decode(bytes: Uint8Array, invalid: (reason: string) => Error): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid('it is not JSON in UTF-8');
  }
}

function parseJson(text: string, invalid: (reason: string) => Error): unknown {
  if (isTooDeep(text)) throw invalid(`it is nested more than ${limits.jsonDepth.value} levels deep`);
  const most = limits.manifestEntries.value;
  if (hasMoreEntries(text, most)) throw invalid(`it has more than ${most} fields and elements`);
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('it is not JSON in UTF-8');
  }
}

/** The document as it came, with fields that the schema does not know. */
type Document = Record<'config' | 'subject', object | null | undefined> &
  Record<'layers' | 'manifests', readonly object[] | undefined>;

const documentFields = Object.keys(manifestSchema.shape);
const descriptorFields = [...Object.keys(descriptor.shape), 'urls', 'data', 'platform'];

/** What a client reads must be what was checked here. */
function refuseDisguises(document: Document, invalid: (reason: string) => Error): void {
  const { config, subject, layers = [], manifests = [] } = document;
  const disguised =
    disguisedField(Object.keys(document), documentFields) ??
    [config, subject, ...layers, ...manifests]
      .map((part) => disguisedField(Object.keys(part ?? {}), descriptorFields))
      .find((field) => field !== undefined);
  if (disguised !== undefined) {
    throw invalid(`it has the field "${disguised}", which some clients read as one of other case`);
  }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.') || 'the document'}: ${issue.message}` : 'it has an unknown shape';
}
