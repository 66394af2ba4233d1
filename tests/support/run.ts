import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { toolFolder } from './tool.ts';

export interface RunOptions {
  readonly cwd?: string;
  /** Added to `testEnvironment()`; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to standard input, which is then closed. */
  readonly input?: string | Uint8Array;
  /** Milliseconds until the program is killed; 25 s, which is less than vitest's own limit. */
  readonly timeout?: number;
}

export interface RunResult {
  /** Null when a signal ended the program. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** Milliseconds. */
  readonly duration: number;
}

/** A program that runs beside the test. */
export interface RunningProgram {
  /** Also the id of its process group. */
  readonly pid: number;
  /** What it has written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Settles when it has ended and its output is complete. */
  readonly ended: Promise<Pick<RunResult, 'exitCode' | 'signal'>>;
  /** The match, as soon as the output or standard error matches; throws when the program ends first or after 10 s. */
  readonly waitFor: (pattern: RegExp, timeout?: number) => Promise<RegExpExecArray>;
  /** Asks it to end (SIGTERM), kills it after `grace` milliseconds (5 s), waits. So for all that it started. */
  readonly stop: (grace?: number) => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/**
 * The environment of programs under test: that of the test run, without what steers terraform or npm, with the tools
 * of `.ci/run` in PATH, and with a proxy that does not exist, so that every request beyond this machine fails at once.
 */
export function testEnvironment(): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !/^(?:TF_|TOFU_|ASHLAR_|VITEST|npm_|NODE_OPTIONS$|(?:\w+_)?proxy$)/i.test(entry[0]),
  );
  const nowhere = 'http://127.0.0.1:9';
  const local = 'localhost,.localhost,127.0.0.1,::1';
  return {
    ...Object.fromEntries(inherited),
    PATH: `${process.env['PATH'] ?? ''}${delimiter}${toolFolder}`,
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    NO_PROXY: local,
    http_proxy: nowhere,
    https_proxy: nowhere,
    no_proxy: local,
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    NO_COLOR: '1',
  };
}

/**
 * Runs a program to its end. A failing program is a result, not an exception.
 * @throws when the program cannot be started
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const begin = performance.now();
  const program = await start(command, args, options);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(program.pid, 'SIGKILL');
  }, options.timeout ?? 25_000);

  const end = await program.ended;

  clearTimeout(timer);
  const [stdout, stderr] = [program.stdout(), program.stderr()];
  return { ...end, stdout, stderr, timedOut, duration: performance.now() - begin };
}

/** Process groups that end with the test process, by the one listener that many programs at once need. */
const runningGroups = new Set<number>();
process.once('exit', () => {
  for (const pid of runningGroups) killGroup(pid, 'SIGKILL');
});

/**
 * Starts a program, usually a server, that the test stops. It leads a process group of its own, so that its children
 * end with it; when the test process ends first, the group is killed.
 * @throws when the program cannot be started
 */
export async function start(
  command: string,
  args: readonly string[],
  options: Omit<RunOptions, 'timeout'> = {},
): Promise<RunningProgram> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: mergeEnvironment(options.env ?? {}),
    detached: true,
    stdio: 'pipe',
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  await once(child, 'spawn');
  const pid = child.pid!;

  runningGroups.add(pid);
  let isOver = false;
  const ended = once(child, 'close').then(([exitCode, signal]) => {
    isOver = true;
    runningGroups.delete(pid);
    return { exitCode, signal };
  });

  // A program may end without reading its input; that is its own affair.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input);

  const stop = async (grace = 5_000): Promise<void> => {
    if (!isOver) killGroup(pid, 'SIGTERM');
    const timer = setTimeout(() => killGroup(pid, 'SIGKILL'), grace);
    await ended;
    clearTimeout(timer);
  };

  const waitFor = async (pattern: RegExp, timeout = 10_000): Promise<RegExpExecArray> => {
    const until = performance.now() + timeout;
    for (;;) {
      const wasOver = isOver;
      const output = stdout() + stderr();
      const match = pattern.exec(output);
      if (match !== null) return match;
      if (wasOver) throw new Error(`${command} ended before it wrote ${pattern}:\n${output}`);
      if (performance.now() > until)
        throw new Error(`${command} did not write ${pattern} in time:\n${output}`);
      await sleep(10);
    }
  };

  return { pid, stdout, stderr, ended, waitFor, stop, [Symbol.asyncDispose]: () => stop() };
}

function mergeEnvironment(added: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const merged = { ...testEnvironment(), ...added };
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function collect(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}

/** Signals a process that we started and everything that it started; what has ended already is no error. */
function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
