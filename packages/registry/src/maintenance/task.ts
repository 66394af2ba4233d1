import { type AshlarError, AshlarError as KnownError, ashlarError } from '@ashlar/core';
import type { Logger } from 'pino';

import type { Clock } from '../gateway/clock.ts';
import { newId } from '../gateway/random.ts';

export type TaskKind = 'gc' | 'scrub' | 'backup';

/** Figures of a task by name: how far it is while it runs, its outcome afterwards. */
export type TaskFigures = Readonly<Record<string, unknown>>;

/** Work on the whole store that runs beside requests. Times in milliseconds. */
export interface Task {
  readonly id: string;
  readonly kind: TaskKind;
  readonly state: 'running' | 'done' | 'failed';
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly figures: TaskFigures;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

export interface TaskControl {
  /** Aborted when the server stops. */
  readonly signal: AbortSignal;
  /** Replaces the figures that are shown meanwhile. */
  report(figures: TaskFigures): void;
}

export interface Tasks {
  /** Starts work; what it returns are the figures of the finished task. @throws ASH-TASK-RUNNING */
  start(kind: TaskKind, work: (control: TaskControl) => Promise<TaskFigures>): Task;
  /** @throws ASH-TASK-UNKNOWN */
  find(id: string): Task;
  /** The last ones, the newest first. */
  list(): readonly Task[];
  /** Ends what runs, and waits for it. */
  close(): Promise<void>;
}

/** A backup relies on blobs that the collector would take. Scrubbing may take days and disturbs neither. */
const excludes: Readonly<Record<TaskKind, readonly TaskKind[]>> = {
  gc: ['gc', 'backup'],
  backup: ['gc', 'backup'],
  scrub: ['scrub'],
};
const maxRemembered = 50;

export function createTasks(clock: Clock, log: Logger): Tasks {
  const tasks = new Map<string, Task>();
  const running = new Map<string, Promise<void>>();
  const stop = new AbortController();

  function start(kind: TaskKind, work: (control: TaskControl) => Promise<TaskFigures>): Task {
    const busy = [...tasks.values()].find(
      (task) => task.state === 'running' && excludes[kind].includes(task.kind),
    );
    if (busy) throw ashlarError('ASH-TASK-RUNNING', { kind: busy.kind });
    const startedAt = clock.now();
    const id = newId(startedAt);
    const task: Task = {
      id,
      kind,
      state: 'running',
      startedAt,
      endedAt: undefined,
      figures: {},
      error: undefined,
    };
    tasks.set(id, task);
    forgetOld();
    running.set(id, run(task, work));
    return task;
  }

  function update(id: string, change: Partial<Task>): void {
    tasks.set(id, { ...tasks.get(id)!, ...change });
  }

  async function run(
    { id, kind }: Task,
    work: (control: TaskControl) => Promise<TaskFigures>,
  ): Promise<void> {
    const report = (figures: TaskFigures) => update(id, { figures });
    try {
      const figures = await work({ signal: stop.signal, report });
      update(id, { state: 'done', endedAt: clock.now(), figures });
      log.info({ task: id, kind, figures }, 'task done');
    } catch (error) {
      update(id, { state: 'failed', endedAt: clock.now(), error: told(error, id) });
      log.error({ task: id, kind, err: error }, 'task failed');
    } finally {
      running.delete(id);
    }
  }

  function forgetOld(): void {
    for (const task of tasks.values()) {
      if (tasks.size <= maxRemembered) return;
      if (task.state !== 'running') tasks.delete(task.id);
    }
  }

  return {
    start,
    find(id) {
      const task = tasks.get(id);
      if (!task) throw ashlarError('ASH-TASK-UNKNOWN', { id: id.slice(0, 100) });
      return task;
    },
    list: () => [...tasks.values()].toReversed(),
    async close() {
      stop.abort(ashlarError('ASH-UNAVAILABLE', { reason: 'the server is shutting down' }));
      await Promise.all(running.values());
    },
  };
}

function told(error: unknown, id: string): { code: string; message: string } {
  const known: AshlarError =
    error instanceof KnownError ? error : ashlarError('ASH-INTERNAL', { request: id }, { cause: error });
  return { code: known.code, message: known.message };
}
