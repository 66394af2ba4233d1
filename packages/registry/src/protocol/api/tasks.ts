import { z } from 'zod';

import { requireAdmin } from '../../catalogue/index.ts';
import { backup, collectGarbage, scrub, type Task as RunningTask } from '../../maintenance/index.ts';
import '../../server/route-table.ts';
import type { ApiApp } from './app.ts';
import { errors } from './error.ts';
import { BackupOptions, CollectOptions, ScrubOptions, Task } from './schema.ts';

const tags = ['tasks'];
const administrators = { permission: { kind: 'administrator' } } as const;

/** Work on the whole store. It is started here and goes on by itself; who started it looks after it. */
export function taskRoutes(app: ApiApp): void {
  const { registry } = app;
  const { tasks, config } = registry;
  const started = { 202: Task, ...errors(400, 401, 403, 409) };

  app.post('/gc', {
    config: administrators,
    schema: {
      tags,
      operationId: 'collectGarbage',
      summary: 'Remove stored content that nobody can reach',
      body: CollectOptions,
      response: started,
    },
    handler: async ({ caller, body }, reply) => {
      requireAdmin(caller);
      const options = { grace: body?.grace ?? config.gcGrace, dryRun: body?.dryRun ?? false };
      const task = tasks.start('gc', async (control) => await collectGarbage(registry, options, control));
      return await reply.code(202).send(toTask(task));
    },
  });

  app.post('/scrub', {
    config: administrators,
    schema: {
      tags,
      operationId: 'scrub',
      summary: 'Read and hash everything that is stored',
      body: ScrubOptions,
      response: started,
    },
    handler: async ({ caller, body }, reply) => {
      requireAdmin(caller);
      const options = { rate: body?.rate ?? defaultRate };
      const task = tasks.start('scrub', async (control) => await scrub(registry, options, control));
      return await reply.code(202).send(toTask(task));
    },
  });

  app.post('/backup', {
    config: administrators,
    schema: {
      tags,
      operationId: 'backup',
      summary: 'Copy everything to a folder on the machine of the server',
      body: BackupOptions,
      response: started,
    },
    handler: async ({ caller, body }, reply) => {
      requireAdmin(caller);
      const task = tasks.start('backup', async (control) => await backup(registry, body.folder, control));
      return await reply.code(202).send(toTask(task));
    },
  });
  lookRoutes(app);
}

/** Bytes a second: a tenth of what a small disk reads. */
const defaultRate = 64 * 1024 * 1024;

function lookRoutes(app: ApiApp): void {
  const { tasks } = app.registry;

  app.get('/tasks', {
    config: administrators,
    schema: {
      tags,
      operationId: 'listTasks',
      summary: 'List the tasks since the server started, the newest first',
      response: { 200: z.array(Task), ...errors(401, 403) },
    },
    handler: ({ caller }) => {
      requireAdmin(caller);
      return tasks.list().map(toTask);
    },
  });

  app.get('/tasks/:id', {
    config: administrators,
    schema: {
      tags,
      operationId: 'getTask',
      summary: 'How far a task is, or how it ended',
      params: z.object({ id: z.string() }),
      response: { 200: Task, ...errors(401, 403, 404) },
    },
    handler: ({ caller, params }) => {
      requireAdmin(caller);
      return toTask(tasks.find(params.id));
    },
  });
}

function toTask({ id, kind, state, startedAt, endedAt, figures, error }: RunningTask): z.infer<typeof Task> {
  return {
    id,
    kind,
    state,
    startedAt: new Date(startedAt).toISOString(),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt).toISOString() }),
    figures,
    ...(error === undefined ? {} : { error }),
  };
}
