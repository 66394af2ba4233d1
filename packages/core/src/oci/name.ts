import { ashlarError } from '../error/index.ts';

/** A checked OCI repository name, in the grammar of the distribution specification 1.1. */
export type RepositoryName = string & { readonly __brand: 'RepositoryName' };
/** A checked OCI tag. */
export type Tag = string & { readonly __brand: 'Tag' };

const namePattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Clients limit host and name to 255 characters together; the name alone must not exceed that either. */
export const maxRepositoryNameLength = 255;

export function isRepositoryName(text: string): text is RepositoryName {
  return text.length <= maxRepositoryNameLength && namePattern.test(text);
}

/** @throws ASH-REPOSITORY-INVALID */
export function parseRepositoryName(text: string): RepositoryName {
  if (isRepositoryName(text)) return text;
  const reason =
    text.length > maxRepositoryNameLength
      ? `it is longer than ${maxRepositoryNameLength} characters`
      : 'use lower-case letters and digits, joined by single . _ - or __, in segments divided by /';
  throw ashlarError('ASH-REPOSITORY-INVALID', { name: text.slice(0, 200), reason });
}

export function isTag(text: string): text is Tag {
  return tagPattern.test(text);
}
