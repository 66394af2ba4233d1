import { ashlarError } from '../error/index.ts';

/** The largest compiled template that is taken, in bytes. */
export const maxTemplateSize = 16 * 1024 * 1024;

/** What Ashlar reads from a compiled template (ARM JSON, as `bicep build` writes it). */
export interface Template {
  /** `metadata.description`, or an empty text. */
  readonly description: string;
  /** Version of the compiler, from `metadata._generator.version`. */
  readonly compilerVersion: string | undefined;
}

/** Reads a compiled template. @throws ASH-BICEP-TEMPLATE */
export function readTemplate(bytes: Uint8Array): Template {
  const invalid = (reason: string) => ashlarError('ASH-BICEP-TEMPLATE', { reason });
  if (bytes.length > maxTemplateSize) throw invalid(`it is larger than ${maxTemplateSize} bytes`);
  const template = parseObject(bytes);
  if (template === undefined) throw invalid('it is not a JSON object in UTF-8');
  if (typeof template['$schema'] !== 'string') throw invalid('it has no $schema');
  if (!isObject(template['resources']) && !Array.isArray(template['resources'])) {
    throw invalid('it has no resources');
  }
  const metadata = isObject(template['metadata']) ? template['metadata'] : {};
  const generator = isObject(metadata['_generator']) ? metadata['_generator'] : {};
  return { description: textOf(metadata['description']) ?? '', compilerVersion: textOf(generator['version']) };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
