import type { ErrorCode } from '@ashlar/core';
import type { FastifyInstance, RouteOptions } from 'fastify';

import type { Action, TicketKind } from '../identity/index.ts';

/**
 * Who may call a route, to do what to which object, and what everybody else hears. A request without valid credentials
 * that needs some gets 401; who may see the object but not do this to it 403; to everybody else it is `missing`.
 * - `open`: anybody, whatever credentials come along
 * - `filtered`: anybody without wrong credentials; the answer holds what the caller may read. `asks` who shows nothing
 *   to sign in first
 * - `scope`: whoever may do `action` to the object; `administrator` besides, where that is not enough
 * - `ticket`: whoever holds a valid one, while its owner may do `action` to the repository that it names
 * - `signed-in`: any token that is not bound to a repository; what it does not own is `missing`
 * - `administrator`: a token with `manage:*`
 * - `credentials`: anybody; what is sent are the credentials, and it is they who decide
 * - `unsupported`: nobody
 */
export type Permission =
  | { readonly kind: 'open' | 'credentials' | 'administrator' }
  | { readonly kind: 'filtered'; readonly asks?: 'always' | 'https' }
  | ({ readonly kind: 'scope'; readonly administrator?: true } & Needs & {
        readonly object: 'namespace' | 'repository';
      })
  | ({ readonly kind: 'ticket'; readonly ticket: TicketKind } & Needs)
  | { readonly kind: 'signed-in'; readonly missing?: ErrorCode }
  | { readonly kind: 'unsupported'; readonly code: ErrorCode };

interface Needs {
  readonly action: Action;
  readonly missing: ErrorCode;
}

/** One row of the route table. */
export interface RouteRow {
  readonly method: string;
  /** With `:parameter` for what varies; also where a router reads the path itself. */
  readonly url: string;
  readonly permission: Permission;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The row of a route; a router that reads its paths itself has a row for each path and method. */
    permission?: Permission | readonly RouteRow[];
  }
  interface FastifyInstance {
    /** Every route of the application, with who may call it. */
    readonly routeTable: readonly RouteRow[];
  }
}

/** Permission for whoever may do `action` to the object that the request names. */
export function needs(action: Action, object: 'namespace' | 'repository', missing: ErrorCode) {
  return { kind: 'scope', action, object, missing } as const;
}

/** Keeps the table of all routes that are added from now on, and refuses those without a row. */
export function keepRouteTable(app: FastifyInstance): void {
  const rows: RouteRow[] = [];
  app.decorate('routeTable', rows);
  app.addHook('onRoute', (route) => {
    rows.push(...rowsOf(route));
  });
}

function rowsOf({ method, url, config }: RouteOptions): RouteRow[] {
  const methods = [method].flat();
  const permission = config?.permission;
  if (permission === undefined) {
    throw new Error(
      `${methods.join(', ')} ${url} is not in the route table: state its permission in its config`,
    );
  }
  const stated = isTable(permission)
    ? permission
    : methods.map((each) => ({ method: each, url, permission }));
  // A router answers HEAD as it answers GET.
  const rows = methods.flatMap((each) => {
    const same = stated.filter((row) => row.method === each);
    if (same.length > 0 || each !== 'HEAD') return same;
    return stated.filter((row) => row.method === 'GET').map((row) => ({ ...row, method: 'HEAD' }));
  });
  for (const row of rows) checkRow(row);
  return rows;
}

function isTable(permission: Permission | readonly RouteRow[]): permission is readonly RouteRow[] {
  return Array.isArray(permission);
}

/** Who may read must not thereby be able to write. */
function checkRow({ method, url, permission }: RouteRow): void {
  if (method === 'GET' || method === 'HEAD') return;
  const reads = permission.kind === 'open' || permission.kind === 'filtered';
  if (!reads && !('action' in permission && permission.action === 'read')) return;
  throw new Error(`${method} ${url} changes something: its permission must be one to write`);
}
