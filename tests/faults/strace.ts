import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type RunningProgram, start } from '../support/run.ts';

export interface Injection {
  readonly syscall: string;
  /** `signal=KILL` or `error=EIO`. */
  readonly fault: string;
  /** Which call gets it, counted from 1 and from the attachment on; all from there when `lasting`. */
  readonly when: number;
  readonly lasting?: boolean;
  /** Only calls that concern these files; paths, or nothing for all. */
  readonly paths?: readonly string[];
}

export interface Injected {
  /** Takes strace away again and says whether the fault came up. */
  end(): Promise<boolean>;
}

/**
 * strace counts the calls of each thread by itself: with one thread for files in Node, the n-th call is the n-th call. That
 * of the database has its own count.
 */
export const oneFileThread = { UV_THREADPOOL_SIZE: '1' } as const;

/** Lets a call of a running process fail. `trace=` has to name the call: without that strace injects nothing. */
export async function inject(strace: string, pid: number, injection: Injection): Promise<Injected> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-strace-'));
  const log = join(folder, 'log');
  const tracer = await start(strace, argumentsOf(injection, ['-o', log, '-p', String(pid)]));
  await attached(tracer, pid);
  return {
    async end() {
      // Interrupted, it lets go of the process; when that is gone, it has ended.
      await tracer.stop();
      const text = await readFile(log, 'utf8').catch(() => '');
      await rm(folder, { recursive: true, force: true });
      // A call that never returned because its process was killed in it carries no mark.
      return text.includes('INJECTED') || text.includes('killed by SIGKILL');
    },
  };
}

export function argumentsOf(
  { syscall, fault, when, lasting, paths = [] }: Injection,
  more: readonly string[],
) {
  const call = `?${syscall}`;
  const places = paths.flatMap((path) => ['-P', path]);
  const rule = `${call}:${fault}:when=${when}${lasting ? '+' : ''}`;
  return ['-f', '-qq', ...places, '-e', `trace=${call}`, '-e', `inject=${rule}`, ...more];
}

/** Every thread of the process has to have its tracer before the first call. */
async function attached(tracer: RunningProgram, pid: number): Promise<void> {
  const { readdir } = await import('node:fs/promises');
  for (let tries = 0; tries < 500; tries++) {
    const threads = await readdir(`/proc/${pid}/task`);
    const states = await Promise.all(
      threads.map(
        async (thread) => await readFile(`/proc/${pid}/task/${thread}/status`, 'utf8').catch(() => ''),
      ),
    );
    if (states.every((state) => state === '' || /TracerPid:\s+[1-9]/.test(state))) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`strace did not attach: ${tracer.stderr()}`);
}
