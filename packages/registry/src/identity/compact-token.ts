/**
 * Whether each part of a signed token is written as base64url writes it. Decoders also take padding, spaces and bits of
 * a last character that do not count; a token would have many spellings, and be another one to whoever compares texts.
 */
export function isCanonical(token: string): boolean {
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}
