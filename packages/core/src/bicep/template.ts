import { ashlarError } from '../error/index.ts';
import { hasMoreEntries, isObject, isTooDeep, objectOf, textOf } from '../json/index.ts';
import { limits } from '../limit/index.ts';
import type { Version } from '../module/version.ts';

const maxSize = limits.template.value;

/** What AVM authors write where the version belongs in the name of the telemetry deployment. */
const telemetryMark = '-..--..-';

/** What Ashlar reads from a compiled template (ARM JSON, as `bicep build` writes it). */
export interface Template {
  /** `metadata.description`, or an empty text. */
  readonly description: string;
  /** Version of the compiler, from `metadata._generator.version`. */
  readonly compilerVersion: string | undefined;
}

/** Reads a compiled template. @throws ASH-BICEP-TEMPLATE */
export function readTemplate(bytes: Uint8Array): Template {
  if (bytes.length > maxSize) throw unusable(`it is larger than ${maxSize} bytes`);
  const template = parseJson(bytes);
  // Symbolic-name templates (languageVersion 2.0) have an object of resources.
  if (
    !isObject(template) ||
    typeof template['$schema'] !== 'string' ||
    !isCollection(template['resources'])
  ) {
    throw unusable('it has no $schema and resources; it must be an ARM template for a deployment');
  }
  const metadata = objectOf(template['metadata']);
  const generator = objectOf(metadata['_generator']);
  return {
    description: textOf(metadata['description']) ?? '',
    compilerVersion: textOf(generator['version']),
  };
}

/**
 * Writes the version into the telemetry of a template, as AVM does when it publishes: a plain replacement in the text,
 * which leaves `_generator.templateHash` as it was.
 * @throws ASH-BICEP-TEMPLATE when there is no mark
 */
export function stampTelemetryVersion(template: Uint8Array, version: Version): Uint8Array {
  const text = decode(template);
  if (!text.includes(telemetryMark)) {
    throw unusable(`it has no ${telemetryMark} that the version could replace for telemetry`);
  }
  return new TextEncoder().encode(text.replaceAll(telemetryMark, version));
}

function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  if (isTooDeep(text)) throw unusable(`it is nested more than ${limits.jsonDepth.value} levels deep`);
  const most = limits.templateEntries.value;
  if (hasMoreEntries(text, most)) throw unusable(`it has more than ${most} fields and elements`);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw unusable('it is not JSON in UTF-8', { cause: error });
  }
}

/** Keeps a byte order mark, so that encoding again gives the same bytes. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw unusable('it is not JSON in UTF-8', { cause: error });
  }
}

function isCollection(value: unknown): boolean {
  return isObject(value) || Array.isArray(value);
}

function unusable(reason: string, options?: ErrorOptions) {
  return ashlarError('ASH-BICEP-TEMPLATE', { reason }, options);
}
