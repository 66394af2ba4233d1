import type { Permission } from '../../packages/registry/src/server/route-table.ts';
import { mayDo, type Who } from './caller.ts';
import { namespaces } from './world.ts';

/** Status and code of an answer: `200`, `404 ASH-MANIFEST-UNKNOWN`. */
export type Outcome = string;

/**
 * What a request is answered with: a model of its own, by what the documentation promises and not by the product's code.
 * `permitted` is the answer to who may do it.
 */
export function expectedOutcome(
  permission: Permission,
  who: Who,
  namespace: string | undefined,
  permitted: Outcome,
): Outcome {
  if (permission.kind === 'open' || permission.kind === 'credentials') return permitted;
  // A link in the place of credentials: what else comes along does not matter.
  if (who.valid === false && permission.kind === 'ticket' && permission.ticket === 'archive')
    return permitted;
  const bearer = who.valid === false && permission.kind === 'ticket' ? { ...who, valid: undefined } : who;
  if (bearer.valid === false) return '401 ASH-AUTH-INVALID';
  const isAnonymous = bearer.valid === undefined;
  switch (permission.kind) {
    case 'filtered':
      if (isAnonymous && permission.asks === 'always') return '401 ASH-AUTH-REQUIRED';
      // The catalogue is a scope of its own.
      return who.isBound && permission.asks === 'https' ? '401 ASH-AUTH-SCOPE' : permitted;
    case 'signed-in':
      return isAnonymous || who.isBound ? '401 ASH-AUTH-REQUIRED' : permitted;
    case 'administrator':
      if (isAnonymous) return '401 ASH-AUTH-REQUIRED';
      return who.isAdmin ? permitted : '403 ASH-FORBIDDEN-ADMIN';
    case 'unsupported':
      return `405 ${permission.code}`;
    case 'scope':
    case 'ticket':
      return scopedOutcome(permission, bearer, namespace!, permitted);
  }
}

/**
 * The same, to a link of the administrator that is proof enough. An upload belongs to who began it: to anybody else who
 * shows a valid token there is no such upload.
 */
export function provenOutcome(
  permission: Permission,
  who: Who,
  namespace: string | undefined,
  permitted: Outcome,
): Outcome {
  const isUpload = permission.kind === 'ticket' && permission.ticket === 'upload';
  const isOwner = who.isAdmin || who.isBound === true;
  if (!isUpload || isOwner || who.valid !== true) return permitted;
  return expectedOutcome(permission, who, namespace, `404 ${permission.missing}`);
}

type Scoped = Extract<Permission, { readonly action: string }>;

function scopedOutcome(permission: Scoped, who: Who, namespace: string, permitted: Outcome): Outcome {
  const { action, missing } = permission;
  const unknown = `404 ${missing}`;
  const isPublic = namespace === namespaces.open;
  const isOpen = action === 'read' && isPublic;
  if (who.isBound) return isOpen ? permitted : '401 ASH-AUTH-SCOPE';
  if (!isOpen && !mayDo(who, action, namespace)) {
    if (who.valid === undefined) return '401 ASH-AUTH-REQUIRED';
    return isPublic || mayDo(who, 'read', namespace) ? '403 ASH-FORBIDDEN' : unknown;
  }
  // Only an administrator's push makes a namespace.
  if (action === 'publish' && namespace === namespaces.missing && !who.isAdmin) return unknown;
  if ('administrator' in permission && !who.isAdmin) return '403 ASH-FORBIDDEN-ADMIN';
  return permitted;
}

/** Whether a caller may know what a namespace holds. */
export function maySee(who: Who, namespace: string): boolean {
  if (who.valid === false) return namespace === namespaces.open;
  return namespace === namespaces.open || mayDo(who, 'read', namespace);
}
