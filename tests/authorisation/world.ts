import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createApp } from '../../packages/registry/src/server/app.ts';
import { createLogger } from '../../packages/registry/src/server/log.ts';
import { createMetrics } from '../../packages/registry/src/server/metrics.ts';
import type { RouteRow } from '../../packages/registry/src/server/route-table.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../support/server.ts';
import { type Kind, kinds, makeThing, type State, statesOf, type Thing } from './thing.ts';

/** Namespaces with names of equal length: anybody reads the first, few the second, nobody made the third. */
export const namespaces = { open: 'opened', closed: 'closed', missing: 'nowher', other: 'others' } as const;
/** How the names of things begin, by their namespace; again of equal length. */
const prefixes: Readonly<Record<string, string>> = {
  opened: 'public',
  closed: 'canary',
  nowher: 'absent',
  others: 'hidden',
};

/** A registry with something of everything, and what is in it. */
export interface World {
  readonly server: TestServer;
  readonly things: readonly Thing[];
  /** Another thing of its kind, which a request may change. */
  spare(like: Thing): Promise<Thing>;
  stop(): Promise<void>;
}

/** Tests that wait for no disk: what they show has nothing to do with durability. */
export async function startFastServer(
  options: TestServerOptions = {},
): Promise<TestServer & { discard(): Promise<void> }> {
  const data = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ashlar-test-'));
  const server = await startTestServer({ ...options, data });
  return {
    ...server,
    async discard() {
      await server.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

export async function makeWorld(): Promise<World> {
  const server = await startFastServer();
  for (const [name, visibility] of [
    [namespaces.open, 'public'],
    [namespaces.closed, 'private'],
    [namespaces.other, 'private'],
  ]) {
    await server.api('POST', '/namespaces', { name, visibility });
  }
  const things: Thing[] = [];
  for (const kind of kinds) {
    for (const namespace of [namespaces.open, namespaces.closed]) {
      for (const state of statesOf(kind)) {
        if (state !== 'no-namespace')
          things.push(
            await makeThing(server, { kind, state, namespace, name: nameOf(namespace, kind, state) }),
          );
      }
    }
    const namespace = namespaces.missing;
    const state = 'no-namespace';
    things.push(await makeThing(server, { kind, state, namespace, name: nameOf(namespace, kind, state) }));
  }
  const { other } = namespaces;
  await makeThing(server, {
    kind: 'terraform',
    state: 'admitted',
    namespace: other,
    name: nameOf(other, 'terraform', 'admitted'),
  });
  let spares = 0;
  return {
    server,
    things,
    async spare({ kind, state, namespace, name }) {
      spares += 1;
      const fresh = state === 'no-namespace' ? `spare${spares}` : namespace;
      return await makeThing(server, { kind, state, namespace: fresh, name: `${name}-${spares}` });
    },
    stop: server.discard,
  };
}

/** `canary-tf-adm`: of the same length for every state and namespace of a kind. */
export function nameOf(namespace: string, kind: Kind, state: State): string {
  const short = state.replace('no-', 'x').slice(0, 3);
  return `${prefixes[namespace]}-${kind.slice(0, 2)}-${short}`;
}

/** Every route of the product, from the application itself. */
export async function routeTableOf({ registry }: TestServer): Promise<readonly RouteRow[]> {
  const app = await createApp({
    registry,
    log: createLogger('silent'),
    metrics: createMetrics({ delay: () => ({ p50: 0, p99: 0, max: 0 }), stop() {} }),
    externalUrls: {},
    trustedProxies: [],
    isDraining: () => false,
  });
  const rows = [...app.routeTable];
  await app.close();
  return rows;
}
