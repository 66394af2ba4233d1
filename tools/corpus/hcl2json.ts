import { createRequire } from 'node:module';

import type { Json } from './hcl2json-form.ts';

interface Hcl2json {
  parse(name: string, text: string): Promise<Json>;
}

// Not imported: its types bring a second @types/node along, which changes global types everywhere.
const { parse } = createRequire(import.meta.url)('@cdktn/hcl2json') as Hcl2json;

/** What HashiCorp's parser makes of a text, or why it refuses it. */
export type Reference =
  | { readonly form: Json }
  /** `unconverted` when it is valid, but hcl2json has no form for it, or cannot evaluate it. */
  | { readonly refusal: string; readonly unconverted: boolean };

export async function readReference(text: string): Promise<Reference> {
  try {
    return { form: await parse('file.tf', text) };
  } catch (error) {
    const refusal = error instanceof Error ? error.message : String(error);
    return { refusal, unconverted: refusal.startsWith('convert to HCL: convert file: ') };
  }
}
