const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** Half of a surrogate pair: nothing that is UTF-8 has it in its text. */
const halfPair = '\uDFFF';

/**
 * The text of a file of a module. Terraform takes nothing but UTF-8: of its files, what is none becomes half of a surrogate
 * pair, by which the parser knows.
 */
export function decodeSource(path: string, bytes: Uint8Array): string {
  if (!/\.(?:tf|tofu)(?:\.json)?$/.test(path)) return lenient.decode(bytes);
  try {
    return strict.decode(bytes);
  } catch {
    return lenient.decode(bytes).replaceAll('\uFFFD', halfPair);
  }
}
