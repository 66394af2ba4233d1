import { type AshlarError, ashlarError } from '@ashlar/core';

import type { Visibility } from '../store/metadata/index.ts';
import { type Access, type Caller, isAnonymous } from './caller.ts';
import { type Action, covers } from './scope.ts';

/** What a caller wants to do something to. */
export interface Target {
  readonly namespace: string;
  /** Undefined when the namespace does not exist. */
  readonly visibility: Visibility | undefined;
  /** The repository, when the request names one; access tokens are bound to it. */
  readonly repository?: string;
}

/**
 * - `allow`
 * - `sign-in`: anonymous, and signing in may help: 401
 * - `scope`: the access token covers less than its owner may do; a new one helps: 401
 * - `forbidden`: the caller sees it but may not do this: 403
 * - `hidden`: for this caller it does not exist: 404
 */
export type Decision = 'allow' | 'sign-in' | 'scope' | 'forbidden' | 'hidden';

const ociActions: Record<Action, readonly string[]> = {
  read: ['pull', 'metadata_read', '*'],
  publish: ['push', '*'],
  manage: ['delete', '*'],
};

/** The one place that decides about access. Every route, listing, mount and download goes through it. */
export function authorise(caller: Caller, action: Action, target: Target): Decision {
  const readable = target.visibility === 'public' || covers(caller.scopes, 'read', target.namespace);
  if (action === 'read' && target.visibility === 'public') return 'allow';
  if (!covers(caller.scopes, action, target.namespace)) {
    if (isAnonymous(caller)) return 'sign-in';
    return readable ? 'forbidden' : 'hidden';
  }
  if (!accessIncludes(caller, action, target)) return 'scope';
  const creates = target.visibility === undefined && action === 'publish';
  if (creates && !covers(caller.scopes, 'manage', '*')) return 'hidden';
  return 'allow';
}

/** Whether the caller may create the namespace of a push. */
export function mayCreateNamespace(caller: Caller): boolean {
  return covers(caller.scopes, 'manage', '*');
}

/** The error for a decision other than `allow`; `missing` makes what the protocol says about things that do not exist. */
export function refusal(
  decision: Exclude<Decision, 'allow'>,
  action: Action,
  namespace: string,
  missing: () => AshlarError,
): AshlarError {
  switch (decision) {
    case 'sign-in':
      return ashlarError('ASH-AUTH-REQUIRED', {});
    case 'scope':
      return ashlarError('ASH-AUTH-SCOPE', {});
    case 'forbidden':
      return ashlarError('ASH-FORBIDDEN', { action, namespace });
    case 'hidden':
      return missing();
  }
}

/** The namespaces whose content a caller may list. With an access token that is not for listing: the public ones. */
export function readableNamespaces(
  caller: Caller,
  namespaces: readonly { readonly name: string; readonly visibility: Visibility }[],
): string[] {
  const scopes = mayListCatalog(caller) ? caller.scopes : [];
  return namespaces
    .filter(({ name, visibility }) => visibility === 'public' || covers(scopes, 'read', name))
    .map(({ name }) => name);
}

/**
 * The caller with all that its token may read, to look for a blob to mount; undefined when it came with an access
 * token that does not grant this.
 */
export function mayMountFromAny({ access, ...owner }: Caller): Caller | undefined {
  return access === undefined || includesRegistry(access, 'mount') ? owner : undefined;
}

/** Whether the caller may list what it may read; an access token must say so. */
export function mayListCatalog({ access }: Caller): boolean {
  return access === undefined || includesRegistry(access, 'catalog');
}

function includesRegistry(access: readonly Access[], name: string): boolean {
  return access.some(
    (entry) => entry.type === 'registry' && entry.name === name && entry.actions.includes('*'),
  );
}

function accessIncludes(caller: Caller, action: Action, target: Target): boolean {
  if (caller.access === undefined) return true;
  return caller.access.some(
    (access) =>
      access.type === 'repository' &&
      access.name === target.repository &&
      access.actions.some((granted) => ociActions[action].includes(granted)),
  );
}
