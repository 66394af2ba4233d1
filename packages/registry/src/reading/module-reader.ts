import { Worker } from 'node:worker_threads';

import { AshlarError, ashlarError, limits, type Problem } from '@ashlar/core';

import { isTerraformSource, readmeFolder } from './read-path.ts';
import type {
  Comparison,
  ContentFile,
  ModuleContent,
  ReaderJobName,
  ReaderJobs,
  ReaderReply,
  ReadModule,
} from './reader-protocol.ts';

/** Who waits: somebody who publishes, or somebody who looks, whom anybody can be and who can ask for much. */
export type Asker = 'publisher' | 'visitor';

/**
 * Reads and compares modules in threads of their own, each job within the limits on time and memory. Publishers come first,
 * and visitors never take all threads.
 * Every method @throws ASH-MODULE-TOO-COMPLEX past one of the limits, and for visitors ASH-OVERLOADED.
 */
export interface ModuleReader {
  /** Starts a thread before there is anything to read. */
  prepare(): void;
  /** The bytes are copied. */
  read(content: ModuleContent): Promise<ReadModule>;
  /** Two packed models of one language. */
  compare(before: string, after: string, asker: Asker): Promise<Comparison>;
  /** The first problem of a text that is no JSON. */
  locate(text: Uint8Array): Promise<Problem | undefined>;
  /** JSON Schema of the inputs of a packed model; for visitors. */
  schema(model: string): Promise<string>;
  close(): Promise<void>;
}

interface ReaderOptions {
  /** What the threads run; for tests. */
  readonly script?: URL;
  /** Milliseconds after which a thread that has nothing to do ends, so that its memory is free again. */
  readonly idle?: number;
  /** Does something later, unless what it returns is called before. */
  readonly after?: (milliseconds: number, act: () => void) => () => void;
  /** Bytes of memory that a thread uses. */
  readonly heapOf?: (worker: Worker) => Promise<number>;
}

interface Job {
  readonly name: ReaderJobName;
  readonly asker: Asker;
  readonly input: unknown;
  readonly transfer: readonly ArrayBuffer[];
  resolve(outcome: unknown): void;
  reject(error: Error): void;
}

interface Thread {
  readonly worker: Worker;
  job: Job | undefined;
  cancel: () => void;
  watch: NodeJS.Timeout | undefined;
}

/** A second one, so that somebody else's module that takes its time keeps nobody waiting. */
const maxThreads = 2;
const MiB = 1024 * 1024;
/** Seconds until a visitor who was sent away should come again. */
const comeAgain = 5;
/** Milliseconds between two looks at the memory of a thread. */
const watchInterval = 50;

// In the bundle, which lies flat in one folder, it has the name that tools/bundle.js gives it.
const ownScript = new URL(import.meta.url.endsWith('.ts') ? './reader.ts' : './reader.js', import.meta.url);

/** A reader without threads; they start when there is something to read. */
export function createModuleReader({
  script = ownScript,
  idle = 10_000,
  after = afterTimeout,
  heapOf = usedHeap,
}: ReaderOptions = {}): ModuleReader {
  const waiting: Record<Asker, Job[]> = { publisher: [], visitor: [] };
  const threads = new Set<Thread>();
  let isClosed = false;

  function assign(): void {
    const line =
      waiting[waiting.publisher.length > 0 || visitors() === maxThreads - 1 ? 'publisher' : 'visitor'];
    if (line.length === 0) return;
    const thread = [...threads].find((each) => each.job === undefined) ?? open();
    if (thread === undefined) return;
    begin(thread, line.shift()!);
    assign();
  }

  /** How many threads work for them. */
  function visitors(): number {
    return [...threads].filter(({ job }) => job?.asker === 'visitor').length;
  }

  /** @throws ASH-OVERLOADED */
  function requireRoom(asker: Asker): void {
    if (asker === 'publisher' || waiting.visitor.length + visitors() < limits.visitorReadings.value) return;
    throw ashlarError('ASH-OVERLOADED', { seconds: comeAgain });
  }

  function open(): Thread | undefined {
    if (threads.size >= maxThreads || isClosed) return undefined;
    const worker = new Worker(script, {
      name: 'module-reader',
      // Far from what is allowed: V8 may end the whole process when a thread comes there.
      resourceLimits: { maxOldGenerationSizeMb: (2 * limits.readingMemory.value) / MiB, stackSizeMb: 4 },
    });
    const thread: Thread = { worker, job: undefined, cancel() {}, watch: undefined };
    threads.add(thread);
    worker.on('message', (reply: ReaderReply) => {
      // What an ended one said last comes too late.
      if (!threads.has(thread)) return;
      if (reply === 'begun') limit(thread);
      else settle(thread, reply);
    });
    worker.on('error', (cause) => end(thread, deathOf(cause)));
    worker.on('exit', () => end(thread, deathOf(undefined)));
    return thread;
  }

  function begin(thread: Thread, job: Job): void {
    thread.cancel();
    thread.job = job;
    thread.worker.ref();
    thread.worker.postMessage({ name: job.name, input: job.input }, job.transfer);
  }

  /** Time counts from when the thread begins, not from when it starts. */
  function limit(thread: Thread): void {
    const { value } = limits.readingTime;
    const late = () => end(thread, tooComplex(`it takes more than ${value} seconds`));
    thread.cancel = after(value * 1000, late);
    thread.watch = setInterval(() => void watchMemory(thread), watchInterval).unref();
  }

  async function watchMemory(thread: Thread): Promise<void> {
    const { job } = thread;
    // A thread that ends meanwhile says nothing.
    const used = await heapOf(thread.worker).catch(() => 0);
    if (used > limits.readingMemory.value && job !== undefined && job === thread.job)
      end(thread, tooComplex(lackOfMemory));
  }

  function settle(thread: Thread, reply: Exclude<ReaderReply, 'begun'>): void {
    const { job } = thread;
    thread.cancel();
    clearInterval(thread.watch);
    thread.job = undefined;
    thread.worker.unref();
    thread.cancel = after(idle, () => end(thread));
    if ('outcome' in reply) job?.resolve(reply.outcome);
    else job?.reject('known' in reply ? new AshlarError(reply.known) : new Error(reply.unknown));
    assign();
  }

  function end(thread: Thread, error?: Error): void {
    if (!threads.delete(thread)) return;
    thread.cancel();
    clearInterval(thread.watch);
    if (error !== undefined) thread.job?.reject(error);
    void thread.worker.terminate();
    assign();
  }

  async function run<Name extends ReaderJobName>(
    name: Name,
    asker: Asker,
    input: ReaderJobs[Name]['input'],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<ReaderJobs[Name]['outcome']> {
    requireRoom(asker);
    return await new Promise((resolve, reject) => {
      waiting[asker].push({ name, asker, input, transfer, resolve, reject });
      assign();
    });
  }

  return {
    prepare() {
      if (threads.size === 0) open()?.worker.unref();
    },
    async read(content) {
      const { input, transfer } = copyOf(content);
      return await run('read', 'publisher', input, transfer);
    },
    compare: async (before, after, asker) => await run('compare', asker, { before, after }),
    async locate(text) {
      const copy = new Uint8Array(text);
      return await run('locate', 'publisher', { text: copy }, [copy.buffer]);
    },
    schema: async (model) => await run('schema', 'visitor', { model }),
    async close() {
      isClosed = true;
      await Promise.all([...threads].map(async ({ worker }) => await worker.terminate()));
    },
  };
}

function afterTimeout(milliseconds: number, act: () => void): () => void {
  const timer = setTimeout(act, milliseconds).unref();
  return () => clearTimeout(timer);
}

async function usedHeap(worker: Worker): Promise<number> {
  return (await worker.getHeapStatistics()).used_heap_size;
}

const lackOfMemory = 'it takes too much memory';

function deathOf(cause: unknown): AshlarError {
  const { code } = (cause ?? {}) as { code?: string };
  const isMemory = code === 'ERR_WORKER_OUT_OF_MEMORY';
  return tooComplex(isMemory ? lackOfMemory : 'the thread that read it has ended', cause);
}

function tooComplex(reason: string, cause?: unknown): AshlarError {
  return ashlarError('ASH-MODULE-TOO-COMPLEX', { reason }, { cause });
}

/** @throws ASH-MODULE-TOO-COMPLEX */
function requireSmall(files: readonly ContentFile[]): void {
  const { value } = limits.readingText;
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size > value) throw tooComplex(`its files hold more than ${value} bytes of Terraform`);
}

/** Files share memory with their archive, which stays here: what is read is copied, and the copies are handed over. */
function copyOf(content: ModuleContent): { input: ModuleContent; transfer: ArrayBuffer[] } {
  const transfer: ArrayBuffer[] = [];
  const copied = (bytes: Uint8Array) => {
    const copy = new Uint8Array(bytes);
    transfer.push(copy.buffer);
    return copy;
  };
  if (content.language === 'bicep') {
    const { template, source } = content;
    return { input: { ...content, template: copied(template), source: source && copied(source) }, transfer };
  }
  const sources = content.files.filter(({ path }) => isTerraformSource(path));
  requireSmall(sources);
  const readmes = content.files.filter(({ path }) => readmeFolder(path) !== undefined);
  const files = [
    ...sources.map(({ path, bytes }) => ({ path, bytes: copied(bytes) })),
    ...readmes.map(({ path, bytes }) => ({ path, bytes: copied(bytes.subarray(0, limits.readme.value)) })),
  ];
  return { input: { ...content, files }, transfer };
}
