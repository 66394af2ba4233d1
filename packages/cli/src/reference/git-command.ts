import { type ChildProcess, spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';

import { ashlarError } from '@ashlar/core/error';

import { withShownAddresses } from './shown-address.ts';

export interface GitOptions {
  readonly input?: string;
  /** A bare repository; the one around the current folder when undefined. */
  readonly repository?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until it is stopped. */
  readonly timeout?: number;
  /** Stops it; what it did so far has ended then. */
  readonly signal?: AbortSignal | undefined;
}

/** Git said no, or was stopped. */
export class GitFailure extends Error {
  readonly wasStopped: boolean;

  constructor(message: string, wasStopped = false) {
    super(message);
    this.wasStopped = wasStopped;
  }
}

/** What ties git to the repository around it (`git rev-parse --local-env-vars`), but for settings, which hold credentials. */
const tied = [
  'GIT_DIR',
  'GIT_COMMON_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_GRAFT_FILE',
  'GIT_SHALLOW_FILE',
  'GIT_REPLACE_REF_BASE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_CONFIG',
  'GIT_CONFIG_PARAMETERS',
];

/** What git prints. @throws GitFailure with its first line of complaint · ASH-USAGE where there is no git */
export async function git(args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  const { input = '', repository, env = {}, timeout, signal } = options;
  const tooLong = () => new GitFailure('it took too long', true);
  if (signal?.aborted) throw tooLong();
  const isGroup = timeout !== undefined && process.platform !== 'win32';
  const place = repository === undefined ? [] : ['--git-dir', repository];
  const child = spawn('git', [...place, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...(repository === undefined ? process.env : untiedEnvironment()), ...env },
    // Git leaves the programs behind that it talks to servers with; in a group of their own they are reached.
    detached: isGroup,
  });
  let wasStopped = false;
  const stop = () => {
    wasStopped = true;
    if (isGroup && child.pid !== undefined) endGroup(child.pid);
    else child.kill();
  };
  const timer = timeout === undefined ? undefined : setTimeout(stop, timeout);
  signal?.addEventListener('abort', stop);
  const ended = exitOf(child);
  // What git does not read any more is told by its exit code.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  try {
    const [output, errors, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended]);
    if (wasStopped) throw tooLong();
    if (code === 0) return output;
    throw new GitFailure(
      code === null ? 'something stopped it' : complaintOf(errors.toString()),
      code === null,
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const reason = 'this needs the git command, which is not in PATH. Install it, or name a folder.';
    throw ashlarError('ASH-USAGE', { reason }, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  return await new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}

function untiedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !tied.includes(name)));
}

function complaintOf(errors: string): string {
  const lines = errors.trim().split('\n');
  const worst = lines.find((line) => line.startsWith('fatal: ')) ?? lines[0]!;
  return withShownAddresses(worst.replace(/^fatal: /, '').replace(/(?<=\w)\.$/, ''));
}
