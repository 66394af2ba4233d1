import { type AshlarError, ashlarError, type NamespaceName, type Repository } from '@ashlar/core';

import {
  type Action,
  authorise,
  type Caller,
  isAdmin,
  isAnonymous,
  readableNamespaces,
  refusal,
} from '../identity/index.ts';
import type { Registry } from '../registry.ts';

/**
 * Lets a caller do something to a repository, or throws what it may know about the reason.
 * `missing` makes the error of things that do not exist, the same that is thrown for what the caller may not see.
 * @throws ASH-AUTH-REQUIRED ASH-AUTH-SCOPE ASH-FORBIDDEN ASH-ARTIFACTS-DENIED or `missing`
 */
export async function requireRepository(
  registry: Registry,
  caller: Caller,
  action: Action,
  repository: Repository,
  missing: () => AshlarError = () => ashlarError('ASH-REPOSITORY-UNKNOWN', { name: repository.name }),
): Promise<void> {
  await requireTarget(registry, caller, action, { ...repository, repository: repository.name }, missing);
  if (repository.kind === 'plain' && registry.config.artifacts === 'deny') {
    throw ashlarError('ASH-ARTIFACTS-DENIED', { name: repository.name });
  }
}

/** As {@link requireRepository}, for requests that name a namespace only. */
export async function requireNamespace(
  registry: Registry,
  caller: Caller,
  action: Action,
  namespace: NamespaceName,
): Promise<void> {
  const missing = () => ashlarError('ASH-NAMESPACE-UNKNOWN', { name: namespace });
  await requireTarget(registry, caller, action, { namespace }, missing);
}

/** Whether the caller may do this, for decisions that are no refusal. */
export async function mayUse(
  registry: Registry,
  caller: Caller,
  action: Action,
  { namespace, name }: Repository,
): Promise<boolean> {
  const row = await registry.metadata.query.findNamespace(namespace);
  return authorise(caller, action, { namespace, repository: name, visibility: row?.visibility }) === 'allow';
}

async function requireTarget(
  registry: Registry,
  caller: Caller,
  action: Action,
  target: { readonly namespace: NamespaceName; readonly repository?: string },
  missing: () => AshlarError,
): Promise<void> {
  const row = await registry.metadata.query.findNamespace(target.namespace);
  const decision = authorise(caller, action, { ...target, visibility: row?.visibility });
  if (decision !== 'allow') throw refusal(decision, action, target.namespace, missing);
}

/** @throws ASH-AUTH-REQUIRED ASH-FORBIDDEN-ADMIN */
export function requireAdmin(caller: Caller): void {
  if (isAdmin(caller)) return;
  throw isAnonymous(caller) ? ashlarError('ASH-AUTH-REQUIRED', {}) : ashlarError('ASH-FORBIDDEN-ADMIN', {});
}

/** The namespaces whose content the caller may list. */
export async function listableNamespaces(registry: Registry, caller: Caller): Promise<string[]> {
  return readableNamespaces(caller, await registry.metadata.query.listNamespaces(undefined));
}
