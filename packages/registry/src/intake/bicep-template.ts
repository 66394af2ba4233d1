import { ashlarError, type Version } from '@ashlar/core';
import { z } from 'zod';

/** Bytes; the client reads the whole template into memory, and ARM itself takes 4 MiB. */
export const maxTemplateSize = 16 * 1024 * 1024;

/** What AVM authors write where the version belongs in the name of the telemetry deployment. */
const telemetryMark = '-..--..-';

// Symbolic-name templates (languageVersion 2.0) have an object of resources.
const templateSchema = z.object({
  $schema: z.string(),
  resources: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
const generatorSchema = z.object({ version: z.string().min(1) });

/** What the artifact says about its template. */
export interface TemplateFacts {
  /** `metadata description` of the module. */
  readonly description: string | undefined;
  /** Version of the Bicep compiler. */
  readonly compiler: string | undefined;
}

/** @throws ASH-BICEP-TEMPLATE */
export function readTemplate(bytes: Buffer): TemplateFacts {
  if (bytes.length > maxTemplateSize) throw unusable(`it is larger than ${maxTemplateSize} bytes`);
  const template = templateSchema.safeParse(parseJson(bytes));
  if (!template.success) {
    throw unusable('it has no $schema and resources; it must be an ARM template for a deployment');
  }
  const { description, _generator } = template.data.metadata ?? {};
  return {
    description: typeof description === 'string' && description !== '' ? description : undefined,
    compiler: generatorSchema.safeParse(_generator).data?.version,
  };
}

/**
 * Writes the version into the telemetry of a template, as AVM does when it publishes: a plain replacement in the text,
 * which leaves `_generator.templateHash` as it was.
 * @throws ASH-BICEP-TEMPLATE when there is no mark
 */
export function stampTelemetryVersion(template: Buffer, version: Version): Buffer {
  // Latin-1 keeps every byte as it is, whatever the encoding.
  const text = template.toString('latin1');
  if (!text.includes(telemetryMark)) {
    throw unusable(`it has no ${telemetryMark} that the version could replace for telemetry`);
  }
  return Buffer.from(text.replaceAll(telemetryMark, version), 'latin1');
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw unusable('it is not JSON in UTF-8', { cause: error });
  }
}

function unusable(reason: string, options?: ErrorOptions) {
  return ashlarError('ASH-BICEP-TEMPLATE', { reason }, options);
}
