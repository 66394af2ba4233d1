import { createHash } from 'node:crypto';

import type { TestServer } from '../support/server.ts';
import { namespaces } from './world.ts';

/** What a caller may do in a namespace, lowest first. */
const levels = ['read', 'publish', 'manage'] as const;
export type Level = (typeof levels)[number];

/** Somebody who sends requests. */
export interface Who {
  readonly name: string;
  readonly authorization: string | undefined;
  /** Whether what it shows is worth anything; undefined for who shows nothing. */
  readonly valid: boolean | undefined;
  readonly isAdmin: boolean;
  /** It bears an access token of the administrator for one repository, which is not one of those here. */
  readonly isBound?: boolean;
  /** What its token grants. */
  readonly grants: Readonly<Record<string, Level>>;
}

export function mayDo({ grants, isAdmin }: Who, action: Level, namespace: string): boolean {
  const granted = grants[namespace];
  return isAdmin || (granted !== undefined && levels.indexOf(granted) >= levels.indexOf(action));
}

/** Everybody of the matrix. Those with rights have them where something is and where nothing is. */
export async function makeCallers(server: TestServer): Promise<Who[]> {
  const { open, closed, missing, other } = namespaces;
  const own = (level: Level) => ({ [open]: level, [closed]: level, [missing]: level });
  const none = { isAdmin: false, grants: {} };
  const known = async (name: string, grants: Record<string, Level>): Promise<Who> => {
    const token = await server.token(
      ...Object.entries(grants).map(([namespace, level]) => `${level}:${namespace}`),
    );
    return { name, authorization: basic(token), valid: true, isAdmin: false, grants };
  };
  return [
    { name: 'anonymous', authorization: undefined, valid: undefined, ...none },
    await known('stranger', { [other]: 'manage' }),
    await known('reader', own('read')),
    await known('publisher', own('publish')),
    await known('manager', own('manage')),
    { name: 'admin', authorization: basic(server.admin), valid: true, isAdmin: true, grants: {} },
    await boundToElsewhere(server),
    ...(await wrongCredentials(server)),
  ];
}

async function boundToElsewhere({ registry }: TestServer): Promise<Who> {
  const access = [{ type: 'repository', name: 'opened/elsewhere', actions: ['pull', 'push', 'delete'] }];
  const claims = { ...(await adminClaims(registry)), access };
  const token = await registry.identity.tickets.issue('access', claims, 3600);
  return {
    name: 'bound',
    authorization: `Bearer ${token}`,
    valid: true,
    isAdmin: false,
    isBound: true,
    grants: {},
  };
}

/** What a ticket of the administrator says. */
export async function adminClaims({ metadata }: TestServer['registry']): Promise<{ sub: string }> {
  const rows = await metadata.query.listTokens({});
  const admin = rows.find(({ name }) => name === 'admin')!;
  return { sub: `token:${admin.id}` };
}

async function wrongCredentials(server: TestServer): Promise<Who[]> {
  const { closed } = namespaces;
  const bad = (name: string, authorization: string): Who => ({
    name,
    authorization,
    valid: false,
    isAdmin: false,
    grants: {},
  });
  const revoked = await server.api('POST', '/tokens', { name: 'revoked', scopes: ['manage:*'] });
  await server.api('DELETE', `/tokens/${revoked.body.id}`);
  const { registry } = server;
  const expired = `ash-expired-${closed}`;
  await registry.metadata.command.createToken({
    now: registry.clock.now(),
    id: 'expired',
    hash: createHash('sha256').update(expired).digest('hex'),
    name: 'expired',
    scopes: '["manage:*"]',
    parent: null,
    expiresAt: registry.clock.now() - 1,
  });
  return [
    bad('revoked', basic(revoked.body.token)),
    bad('expired', `Bearer ${expired}`),
    bad('garbage', 'Bearer garbage.of.words'),
  ];
}

export function basic(token: string): string {
  return `Basic ${Buffer.from(`any:${token}`).toString('base64')}`;
}
