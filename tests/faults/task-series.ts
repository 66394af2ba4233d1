import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { CrashPoint } from '@ashlar/registry/gateway/crash-point';

import { run } from '../support/run.ts';
import { auditEmbedded } from './audit.ts';
import { expectStatus } from './client.ts';
import { pushBlob } from './operation/blob.ts';
import type { Random } from './operation/operation.ts';
import { someModule } from './operation/version.ts';
import type { Series } from './series.ts';
import { isAlive, launchEmbedded, type Server, serveCommand } from './server.ts';
import { Violation } from './violation.ts';

const tasks = {
  gc: ['collect.taken-out', 'collect.removed'],
  backup: ['backup.rows-written', 'backup.blobs-copied', 'backup.named'],
  restore: [
    'restore.blobs-copied',
    'restore.rows-written',
    'database.half-aside',
    'restore.put-aside',
    'restore.named',
  ],
} as const satisfies Record<string, readonly CrashPoint[]>;

type TaskName = keyof typeof tasks;

export const taskPoints: readonly CrashPoint[] = Object.values(tasks).flat();

/** F-17: work on the whole store is killed at a step of it; the same again comes to its end, and nothing is lost. */
export const taskSeries: readonly Series[] = Object.entries(tasks).flatMap(([name, points]) =>
  points.map((place) => ({
    fault: 'F-17',
    place,
    what: name,
    // A collection removes many blobs; each is like the first.
    places: 2,
    run: async ({ random }, n) =>
      await withSite(random, async (site) => {
        const { crashed } = await site.work[name as TaskName](`${place}:${n}`);
        await site.work[name as TaskName]();
        await site.check(name as TaskName);
        return crashed;
      }),
  })),
);

/** What servers and programs report that do all of it once. */
export async function pointsOfTasks(random: Random): Promise<string> {
  return await withSite(random, async ({ work }) => {
    const texts: string[] = [];
    for (const name of Object.keys(tasks) as TaskName[]) texts.push((await work[name]('report')).text);
    return texts.join('');
  });
}

interface Worked {
  readonly crashed: boolean;
  readonly text: string;
}

interface Site {
  /** Each does its work, on a server or in a program of its own, which may crash. */
  readonly work: Readonly<Record<TaskName, (crashAt?: string) => Promise<Worked>>>;
  /** @throws Violation */
  check(name: TaskName): Promise<void>;
}

/** A registry with a version, with blobs that nobody needs, and a backup of both. */
async function withSite<T>(random: Random, visit: (site: Site) => Promise<T>): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), 'ashlar-task-'));
  const [data, backup] = [join(parent, 'data'), join(parent, 'backup')];
  try {
    const module = someModule(random);
    const orphans = `plain/${random.name()}`;
    const digests: string[] = [];
    await withServer(data, undefined, async (server) => {
      await module.publish(server.client);
      for (let n = 0; n < 3; n++) digests.push(await pushBlob(server.client, orphans, random.bytes(50_000)));
      await runTask(server, 'backup', { folder: backup });
    });
    const onServer = (name: string, options: object) => async (crashAt?: string) =>
      await withServer(data, crashAt, async (server) => await runTask(server, name, options));
    return await visit({
      work: {
        gc: onServer('gc', { grace: 0 }),
        // To a folder that has nothing yet.
        backup: onServer('backup', { folder: `${backup}-2` }),
        restore: async (crashAt) => await runRestore(backup, data, crashAt),
      },
      async check(name) {
        const restored = join(parent, 'restored');
        if (name === 'backup') await runRestore(`${backup}-2`, restored);
        const folder = name === 'backup' ? restored : data;
        await withServer(folder, undefined, async ({ client }) => {
          if ((await module.observe(client)) !== 'after') throw new Violation(`${name} lost a version`);
          const path = `/v2/${orphans}/blobs/${digests[0]}`;
          expectStatus('an orphan', await client.send('GET', path), name === 'gc' ? 404 : 200);
        });
        await auditEmbedded(folder);
      },
    });
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

async function withServer(
  data: string,
  crashAt: string | undefined,
  work: (server: Server) => Promise<void>,
): Promise<Worked> {
  const server = await launchEmbedded(data, crashAt === undefined ? {} : { crashAt });
  try {
    await work(server).catch((error: unknown) => {
      if (error instanceof Violation || crashAt === undefined) throw error;
    });
    await sleep(20);
    return { crashed: !isAlive(server.pid), text: server.program.stderr() };
  } finally {
    await server.kill();
  }
}

/** @throws when the server goes; Violation when the task fails */
async function runTask({ client }: Server, name: string, options: object): Promise<void> {
  let task = expectStatus(name, await client.api('POST', `/${name}`, options), 202).json;
  while (task.state === 'running') {
    await sleep(20);
    task = (await client.api('GET', `/tasks/${task.id}`)).json;
  }
  if (task.state !== 'done') throw new Violation(`${name} failed: ${JSON.stringify(task.error)}`);
}

async function runRestore(from: string, data: string, crashAt?: string): Promise<Worked> {
  const [program, ...rest] = serveCommand;
  const args = [...rest, 'restore', from, '--data', data, '--replace'];
  const { exitCode, signal, stderr } = await run(program!, args, { env: { ASHLAR_CRASH_AT: crashAt } });
  if (exitCode !== 0 && signal !== 'SIGKILL') throw new Violation(`restore failed: ${stderr}`);
  return { crashed: signal === 'SIGKILL', text: stderr };
}
