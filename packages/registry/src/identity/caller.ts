import { covers, type Scope } from './scope.ts';

/** One entry of an access token, as the token authentication of CNCF distribution defines it. */
export interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** Who makes a request, and what it may do at most. */
export interface Caller {
  /** `anonymous`, `token:<id>` or `entra:<tenant>/<object>`; stable, never a secret. */
  readonly subject: string;
  /** For people: the name of the token, or the subject. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Set when the caller bears a short-lived access token: it grants these and nothing else. */
  readonly access?: readonly Access[];
}

export const anonymous: Caller = { subject: 'anonymous', name: 'anonymous', scopes: [] };

export function isAnonymous(caller: Caller): boolean {
  return caller.subject === anonymous.subject;
}

export function isAdmin(caller: Caller): boolean {
  return covers(caller.scopes, 'manage', '*') && caller.access === undefined;
}
