import { ashlarError, limits, parseRepository } from '@ashlar/core';

import { type Access, type Action, authorise, type Caller } from '../../identity/index.ts';
import type { Registry } from '../../registry.ts';

/** Actions of the token specification and what each needs; others are not granted. */
const needs: ReadonlyMap<string, Action> = new Map([
  ['pull', 'read'],
  ['metadata_read', 'read'],
  ['push', 'publish'],
  ['delete', 'manage'],
]);

/** `catalog` lists, and `mount` mounts from, all that the caller may read: neither names a repository. */
const registryScopes: readonly string[] = ['catalog', 'mount'];

/**
 * Grants the part of the requested scopes that the caller may have: the intersection, which may be empty.
 * Scopes are `repository:<name>:<actions>`, `registry:catalog:*` and `registry:mount:*`, several in one text divided by
 * spaces.
 */
export async function grantAccess(
  registry: Registry,
  caller: Caller,
  scopes: readonly string[],
): Promise<Access[]> {
  const asked = scopes.flatMap((text) => text.split(' ')).filter(Boolean);
  const most = limits.accessScopes.value;
  if (asked.length > most)
    throw ashlarError('ASH-REQUEST-INVALID', { reason: `it asks for more than ${most} scopes` });
  const granted = await Promise.all(asked.map(async (text) => await grantScope(registry, caller, text)));
  return granted.filter((access) => access !== undefined);
}

/** Signs a short-lived access token, which dies with the credentials that bought it. */
export async function issueAccessToken(
  registry: Registry,
  caller: Caller,
  access: readonly Access[],
): Promise<string> {
  const { tickets, claimsOf } = registry.identity;
  return await tickets.issue('access', { ...claimsOf(caller), access }, registry.config.tokenTtl);
}

async function grantScope(registry: Registry, caller: Caller, text: string): Promise<Access | undefined> {
  const parsed = parseScope(text);
  if (!parsed) return undefined;
  if (parsed.type === 'registry') {
    return registryScopes.includes(parsed.name) ? { ...parsed, actions: ['*'] } : undefined;
  }
  const repository = tryRepository(parsed.name);
  if (!repository) return undefined;
  const namespace = await registry.metadata.query.findNamespace(repository.namespace);
  const target = {
    namespace: repository.namespace,
    visibility: namespace?.visibility,
    repository: parsed.name,
  };
  const asked = parsed.actions.includes('*') ? ['pull', 'push', 'delete'] : parsed.actions;
  const actions = asked.filter((name) => {
    const action = needs.get(name);
    return action !== undefined && authorise(caller, action, target) === 'allow';
  });
  return actions.length === 0 ? undefined : { ...parsed, actions };
}

function parseScope(text: string): Access | undefined {
  const [, type, name, actions] = /^([a-z]+)(?:\([a-z0-9]+\))?:(.+):([a-z_,*]*)$/.exec(text) ?? [];
  if (type === undefined || name === undefined || actions === undefined) return undefined;
  return { type, name, actions: actions.split(',').filter(Boolean) };
}

function tryRepository(name: string) {
  try {
    return parseRepository(name);
  } catch {
    return undefined;
  }
}
