import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server under measurement: a child process whose output goes to a file, so that reading it costs us nothing. */
export interface Program {
  readonly pid: number;
  /** What it has written so far, both streams. */
  output(): string;
  /** Seconds of processor time that it has used, all threads together. */
  cpuSeconds(): number;
  /** Megabytes (2^20) that it holds in memory now, of these for itself alone, and held at most. */
  memory(): { readonly resident: number; readonly own: number; readonly peak: number };
  /** The match, as soon as the output matches. @throws when the program ends first or after 20 s */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends SIGTERM, after 10 s SIGKILL, and waits. */
  stop(): Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Linux counts processor time in hundredths of a second. */
const ticksPerSecond = 100;

const running = new Map<ChildProcess, () => Promise<void>>();
process.once('exit', () => {
  for (const child of running.keys()) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

/** Starts a program that ends with us at the latest. */
export async function startProgram(
  command: string,
  args: readonly string[],
  { log, env = {} }: { readonly log: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Program> {
  const file = openSync(log, 'w');
  const child = spawn(command, args, {
    stdio: ['ignore', file, file],
    env: { ...cleanEnvironment(), ...env },
  });
  closeSync(file);
  const ended = once(child, 'exit').then(() => running.delete(child));
  await once(child, 'spawn');
  const pid = child.pid!;
  const output = () => readFileSync(log, 'utf8');

  const waitFor = async (pattern: RegExp): Promise<RegExpExecArray> => {
    const until = performance.now() + 20_000;
    for (;;) {
      const match = pattern.exec(output());
      if (match !== null) return match;
      if (child.exitCode !== null || performance.now() > until) {
        throw new Error(`${command} did not write ${pattern}:\n${output().slice(0, 2000)}`);
      }
      await sleep(5);
    }
  };
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  };
  running.set(child, stop);
  return {
    pid,
    output,
    cpuSeconds: () => cpuSeconds(pid),
    memory: () => memory(pid),
    waitFor,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

export async function stopPrograms(): Promise<void> {
  await Promise.all([...running.values()].map(async (stop) => await stop()));
}

/** Waits until a server answers with success. @throws after 20 s */
export async function waitUntilUp(url: string, { output }: Program): Promise<void> {
  const until = performance.now() + 20_000;
  while (performance.now() < until) {
    const isUp = await fetch(url).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
    if (isUp) return;
    await sleep(10);
  }
  throw new Error(`${url} does not answer:\n${output().slice(0, 2000)}`);
}

/** Seconds of processor time of our children that have ended: what a load generator cost. */
export function endedChildrenCpuSeconds(): number {
  const fields = statOf('self');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

function cpuSeconds(pid: number): number {
  const fields = statOf(String(pid));
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** The fields of `/proc/<pid>/stat` behind the name, which may hold anything; the first is the state. */
function statOf(pid: string): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function memory(pid: number): { resident: number; own: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    resident: kilobytes('VmRSS') / 1024,
    own: kilobytes('RssAnon') / 1024,
    peak: kilobytes('VmHWM') / 1024,
  };
}

/** Without what would steer Ashlar, Terraform or Node, and without a proxy. */
export function cleanEnvironment(): Record<string, string> {
  const steering = /^(?:ASHLAR_|TF_|TOFU_|npm_|NODE_OPTIONS$|NODE_ENV$|UV_|(?:\w+_)?proxy$)/i;
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !steering.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}
