import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Cluster, startCluster } from '../support/postgres.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import { startStores, type Stores } from '../support/stores.ts';
import { type Send, senderOf } from './client.ts';
import { type CallerName, callers, type ModuleModel, type World } from './model.ts';
import { aim, runStep, step, type Step } from './step.ts';
import { expectedStory, observedStory } from './story.ts';

/** How many sequences of commands are tried: `ASHLAR_RUNS=1000` for a long evening. */
const numRuns = Number(process.env['ASHLAR_RUNS'] ?? 16);
/** Repeats a failure: the seed and the path that fast-check printed, as `ASHLAR_SEED=1 ASHLAR_PATH=0:1`. */
const seed = process.env['ASHLAR_SEED'];
const path = process.env['ASHLAR_PATH'];

let stores: Stores;
let server: TestServer;
let count = 0;

interface Token {
  readonly id: string;
  readonly token: string;
}

/** A namespace of its own, with callers of its own. */
async function newRun() {
  const namespace = `run${String(count++).padStart(6, '0')}`;
  await server.api('POST', '/namespaces', { name: namespace });
  const tokens = new Map<CallerName, Token>([['admin', { id: '', token: server.admin }]]);
  const module = (language: ModuleModel['language'], name: string): ModuleModel => ({
    language,
    repository: `${language}/${namespace}/${name}`,
    versions: new Map(),
    manifests: new Map(),
    blobs: new Set(),
    exists: false,
  });
  const world: World = {
    namespace,
    isPublic: false,
    modules: [module('terraform', 'net/azurerm'), module('bicep', 'res/net')],
    revoked: new Set(),
    links: new Map(),
  };
  const make = async (caller: CallerName, scope: string, parent = server.admin) => {
    const { body } = await server.api('POST', '/tokens', { name: caller, scopes: [scope] }, parent);
    tokens.set(caller, body as Token);
    world.revoked.delete(caller);
    // The token before it lives on, unless it was revoked, and with it its links; nobody can end them here any more.
    for (const [version, { owner, hasEnded }] of world.links)
      if (owner === caller && !hasEnded) world.links.delete(version);
  };
  await make('stranger', 'manage:other');
  return {
    world,
    tokens,
    send: (caller: CallerName): Send => senderOf(server, tokens.get(caller)?.token),
    async makeTokens(caller: 'reader' | 'publisher') {
      await make(caller, caller === 'reader' ? `read:${namespace}` : `publish:${namespace}`);
      if (caller === 'publisher') await make('child', `read:${namespace}`, tokens.get('publisher')!.token);
    },
  };
}

/** Most sequences that begin with nothing never come to the rarer states; half of them begin with this. */
const firstSteps: Step[] = [0, 1].flatMap((module) =>
  (['1.0.0', '2.0.0'] as const).map((version, content) => {
    return { kind: 'upload' as const, who: 'admin' as const, module, version, content };
  }),
);

type Run = Awaited<ReturnType<typeof newRun>>;

async function act(run: Run, command: Step): Promise<void> {
  const { world, tokens } = run;
  switch (command.kind) {
    case 'look':
      return await look(run, command.who);
    case 'new token':
      return await run.makeTokens(command.of);
    case 'revoke token': {
      const caller = command.of as CallerName;
      await server.api('DELETE', `/tokens/${tokens.get(caller)!.id}`);
      world.revoked.add(caller);
      if (caller === 'publisher') world.revoked.add('child');
      for (const link of world.links.values()) if (world.revoked.has(link.owner)) link.hasEnded = true;
      return;
    }
    default: {
      const { actual, expected } = await runStep(world, run.send, command);
      expect({ command, outcome: actual }).toEqual({ command, outcome: expected });
    }
  }
}

/** Compares what one caller is told through all protocols with what the model knows. */
async function look({ world, send }: Run, caller: CallerName): Promise<void> {
  for (const module of world.modules) {
    const observed = await observedStory(send(caller), caller, world, module);
    expect({ caller, ...observed }).toEqual({ caller, ...expectedStory(world, caller, module) });
  }
}

function tellsOneStory(runs: number): void {
  it(
    `P1: tells one story through all protocols (${runs} runs)`,
    { timeout: 20_000 + runs * 4_000 },
    async () => {
      const random = fc.array(step, { minLength: 22, maxLength: 30, size: 'max' });
      const commands = fc.tuple(fc.constantFrom([], firstSteps), random).map((parts) => parts.flat());
      await fc.assert(
        fc.asyncProperty(commands, fc.constantFrom(...callers), async (steps, caller) => {
          const run = await newRun();
          await run.makeTokens('reader');
          await run.makeTokens('publisher');
          for (const command of steps) await act(run, aim(run.world, command));
          for (const each of new Set<CallerName>(['admin', 'anonymous', caller])) await look(run, each);
        }),
        {
          numRuns: runs,
          ...(seed === undefined ? {} : { seed: Number(seed) }),
          ...(path === undefined ? {} : { path }),
        },
      );
    },
  );
}

beforeAll(async () => {
  stores = await startStores();
});

afterAll(async () => {
  await stores.stop();
});

describe('with SQLite', () => {
  beforeAll(async () => {
    server = await startTestServer({ settings: stores.settings });
  });

  afterAll(async () => {
    await server.stop();
  });

  tellsOneStory(numRuns);
});

describeWithTool('postgres', 'with PostgreSQL', ({ postgres }) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster(postgres, { fsync: false });
    const database = await cluster.createDatabase('story');
    server = await startTestServer({ settings: { ...stores.settings, database } });
  });

  afterAll(async () => {
    await server.stop();
    await cluster.remove();
  });

  tellsOneStory(Math.ceil(numRuns / 4));
});
