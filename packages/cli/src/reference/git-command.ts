import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';

import { ashlarError } from '@ashlar/core/error';

export interface GitOptions {
  readonly input?: string;
  /** A bare repository; the one around the current folder when undefined. */
  readonly repository?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until it is stopped. */
  readonly timeout?: number;
}

/** Git said no. */
export class GitFailure extends Error {}

/** What git prints. @throws GitFailure with its first line of complaint · ASH-USAGE where there is no git */
export async function git(args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  const { input = '', repository, env = {}, timeout } = options;
  const place = repository === undefined ? [] : ['--git-dir', repository];
  const child = spawn('git', [...place, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    timeout,
  });
  const ended = new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  // What git does not read any more is told by its exit code.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  try {
    const [output, errors, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended]);
    if (code === 0) return output;
    throw new GitFailure(code === null ? 'it took too long' : complaintOf(errors.toString()));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const reason = 'this needs the git command, which is not in PATH. Install it, or name a folder.';
    throw ashlarError('ASH-USAGE', { reason }, { cause: error });
  }
}

function complaintOf(errors: string): string {
  const lines = errors.trim().split('\n');
  const worst = lines.find((line) => line.startsWith('fatal: ')) ?? lines[0]!;
  return worst.replace(/^fatal: /, '');
}
