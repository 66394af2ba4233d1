import { ashlarError } from '../error/index.ts';
import { limits } from '../limit/index.ts';

/** A checked OCI repository name, in the grammar of the distribution specification 1.1. */
export type RepositoryName = string & { readonly __brand: 'RepositoryName' };
/** A checked OCI tag. */
export type Tag = string & { readonly __brand: 'Tag' };

const namePattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]*$/;

/** Clients limit host and name to 255 characters together; the name alone must not exceed that either. */
const maxLength = limits.repositoryName.value;

export function isRepositoryName(text: string): text is RepositoryName {
  return text.length <= maxLength && namePattern.test(text);
}

/** @throws ASH-REPOSITORY-INVALID */
export function parseRepositoryName(text: string): RepositoryName {
  if (isRepositoryName(text)) return text;
  const reason =
    text.length > maxLength
      ? `it is longer than ${maxLength} characters`
      : 'use lower-case letters and digits, joined by single . _ - or __, in segments divided by /';
  throw ashlarError('ASH-REPOSITORY-INVALID', { name: text.slice(0, 200), reason });
}

export function isTag(text: string): text is Tag {
  return text.length <= limits.tag.value && tagPattern.test(text);
}
