import { Worker } from 'node:worker_threads';

import { AshlarError, ashlarError, limits, type Problem } from '@ashlar/core';

import { createFairLine } from './fair-line.ts';
import type { DetailInput } from './module-detail.ts';
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

/** For whom something is read. */
export interface Customer {
  /** Visitors can be anybody, and can ask for much. */
  readonly kind: 'publisher' | 'visitor';
  /** Of the module; namespaces take turns. */
  readonly namespace: string;
  /** Whether the answer is still waited for. */
  readonly isWanted?: () => boolean;
}

/**
 * Reads and compares modules in threads of their own, each job within the limits on time and memory. Publishers come first,
 * and visitors never take all threads.
 * Every method @throws ASH-MODULE-TOO-COMPLEX past one of the limits, and for visitors ASH-OVERLOADED.
 */
export interface ModuleReader {
  /** Starts a thread before there is anything to read. */
  prepare(): void;
  /** The bytes are copied. */
  read(content: ModuleContent, customer: Customer): Promise<ReadModule>;
  /** Two packed models of one language. */
  compare(before: string, after: string, customer: Customer): Promise<Comparison>;
  /** The first problem of a text that is no JSON. */
  locate(text: Uint8Array, customer: Customer): Promise<Problem | undefined>;
  /** JSON Schema of the inputs of a packed model. */
  schema(model: string, customer: Customer): Promise<string>;
  /** See {@link moduleDetail}. */
  detail(input: DetailInput, customer: Customer): Promise<string>;
  close(): Promise<void>;
}

interface ReaderOptions {
  /** What the threads run; for tests. */
  readonly script?: URL;
  /** Milliseconds after which a thread that has nothing to do ends, so that its memory is free again. */
  readonly idle?: number;
  /** Bytes of memory that a thread uses. */
  readonly heapOf?: (worker: Worker) => Promise<number>;
  /** Milliseconds of processor time that a thread has used. */
  readonly timeOf?: (worker: Worker) => Promise<number>;
}

interface Job {
  readonly name: ReaderJobName;
  readonly customer: Customer;
  /** Made when the job begins, because what is handed over is copied. */
  readonly make: () => Handover<unknown>;
  resolve(outcome: unknown): void;
  reject(error: Error): void;
}

interface Handover<Input> {
  readonly input: Input;
  readonly transfer: readonly ArrayBuffer[];
}

interface Thread {
  readonly worker: Worker;
  job: Job | undefined;
  /** Bytes that it used when it was looked at last. */
  heap: number;
  cancel: () => void;
  watch: NodeJS.Timeout | undefined;
}

/** A second one, so that somebody else's module that takes its time keeps nobody waiting. */
const maxThreads = 2;
const MiB = 1024 * 1024;
/** Jobs of publishers after which a visitor has a turn. */
const mostBeforeVisitor = 4;
/** Seconds until a visitor who was sent away should come again. */
const comeAgain = 5;
/** Milliseconds between two looks at the memory and the time of a thread. */
const watchInterval = 50;
/** How many times as long as its processor time a job may take by the clock: on a busy machine it waits for processors. */
const patience = 6;

// In the bundle, which lies flat in one folder, it has the name that tools/bundle.js gives it.
const ownScript = new URL(import.meta.url.endsWith('.ts') ? './reader.ts' : './reader.js', import.meta.url);

/** A reader without threads; they start when there is something to read. */
export function createModuleReader({
  script = ownScript,
  idle = 10_000,
  heapOf = usedHeap,
  timeOf = usedTime,
}: ReaderOptions = {}): ModuleReader {
  const waiting = { publisher: createFairLine<Job>(), visitor: createFairLine<Job>() };
  const threads = new Set<Thread>();
  /** Jobs of publishers since the last one of a visitor. */
  let passed = 0;
  let isClosed = false;

  function assign(): void {
    const { publisher, visitor } = waiting;
    const mayVisit = visitor.size > 0 && workingFor('visitor') < maxThreads - 1;
    const isOfVisitors = mayVisit && (publisher.size === 0 || passed >= mostBeforeVisitor);
    const line = isOfVisitors ? visitor : publisher;
    if (line.size === 0) return;
    const thread = [...threads].find((each) => each.job === undefined) ?? open();
    if (thread === undefined) return;
    const job = line.next()!;
    passed = isOfVisitors ? 0 : passed + 1;
    if (job.customer.isWanted?.() ?? true) begin(thread, job);
    else job.reject(overloaded());
    assign();
  }

  /** How many threads work for such customers, of one namespace or of all. */
  function workingFor(kind: Customer['kind'], namespace?: string): number {
    return [...threads].filter(
      ({ job }) =>
        job?.customer.kind === kind && (namespace === undefined || job.customer.namespace === namespace),
    ).length;
  }

  /** @throws ASH-OVERLOADED */
  function requireRoom({ kind, namespace }: Customer): void {
    if (kind === 'publisher') return;
    const { visitor } = waiting;
    const ofNamespace = visitor.sizeOf(namespace) + workingFor('visitor', namespace);
    if (ofNamespace >= limits.visitorReadingsOfNamespace.value) throw overloaded();
    // A namespace that has none there does not suffer for others who have many.
    const { value } = limits.visitorReadings;
    const most = ofNamespace === 0 ? 2 * value : value;
    if (visitor.size + workingFor('visitor') >= most) throw overloaded();
  }

  function open(): Thread | undefined {
    if (threads.size >= maxThreads || isClosed) return undefined;
    const worker = new Worker(script, {
      name: 'module-reader',
      // Far from what is allowed: V8 may end the whole process when a thread comes there.
      resourceLimits: { maxOldGenerationSizeMb: (2 * limits.readingMemory.value) / MiB, stackSizeMb: 4 },
    });
    const thread: Thread = { worker, job: undefined, heap: 0, cancel() {}, watch: undefined };
    threads.add(thread);
    worker.on('message', (reply: ReaderReply) => {
      // What an ended one said last comes too late.
      if (!threads.has(thread)) return;
      if (reply === 'begun') void limit(thread);
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
    const { input, transfer } = job.make();
    thread.worker.postMessage({ name: job.name, input }, transfer);
  }

  /** Time counts from when the thread begins, not from when it starts. */
  async function limit(thread: Thread): Promise<void> {
    const { job } = thread;
    if (job === undefined) return;
    const seconds = (job.customer.kind === 'visitor' ? limits.visitorReadingTime : limits.readingTime).value;
    const late = () => end(thread, tooComplex(`it takes more than ${seconds} seconds`));
    thread.cancel = afterTimeout(seconds * patience * 1000, late);
    // A thread that ends meanwhile says nothing.
    const began = await timeOf(thread.worker).catch(() => 0);
    const look = async () => {
      const [time, heap] = await Promise.all([timeOf(thread.worker), heapOf(thread.worker)]);
      thread.heap = heap;
      if (job !== thread.job) return;
      if (time - began > seconds * 1000) late();
      else if (heap > limits.readingMemory.value) end(thread, tooComplex(lackOfMemory));
    };
    if (job === thread.job)
      thread.watch = setInterval(() => void look().catch(() => {}), watchInterval).unref();
  }

  function settle(thread: Thread, reply: Exclude<ReaderReply, 'begun'>): void {
    const { job } = thread;
    thread.cancel();
    clearInterval(thread.watch);
    thread.job = undefined;
    thread.worker.unref();
    // What one module left behind must not count for the next.
    if (thread.heap > limits.readingMemory.value / 4) end(thread);
    else thread.cancel = afterTimeout(idle, () => end(thread));
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
    customer: Customer,
    make: () => Handover<ReaderJobs[Name]['input']>,
  ): Promise<ReaderJobs[Name]['outcome']> {
    requireRoom(customer);
    return await new Promise((resolve, reject) => {
      waiting[customer.kind].add(customer.namespace, { name, customer, make, resolve, reject });
      assign();
    });
  }

  const texts = <Input>(input: Input) => ({ input, transfer: [] });
  return {
    prepare() {
      if (threads.size === 0) open()?.worker.unref();
    },
    async read(content, customer) {
      if (content.language === 'terraform') requireSmall(sourcesOf(content.files));
      return await run('read', customer, () => copyOf(content));
    },
    compare: async (before, after, customer) =>
      await run('compare', customer, () => texts({ before, after })),
    async locate(text, customer) {
      return await run('locate', customer, () => {
        const copy = new Uint8Array(text);
        return { input: { text: copy }, transfer: [copy.buffer] };
      });
    },
    schema: async (model, customer) => await run('schema', customer, () => texts({ model })),
    detail: async (input, customer) => await run('detail', customer, () => texts(input)),
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

async function usedTime(worker: Worker): Promise<number> {
  const { user, system } = await worker.cpuUsage();
  return (user + system) / 1000;
}

const overloaded = () => ashlarError('ASH-OVERLOADED', { seconds: comeAgain });
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

function sourcesOf(files: readonly ContentFile[]): ContentFile[] {
  return files.filter(({ path }) => isTerraformSource(path));
}

/** Files share memory with their archive, which stays here: what is read is copied, and the copies are handed over. */
function copyOf(content: ModuleContent): Handover<ModuleContent> {
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
  const sources = sourcesOf(content.files);
  const readmes = content.files.filter(({ path }) => readmeFolder(path) !== undefined);
  const files = [
    ...sources.map(({ path, bytes }) => ({ path, bytes: copied(bytes) })),
    ...readmes.map(({ path, bytes }) => ({ path, bytes: copied(bytes.subarray(0, limits.readme.value)) })),
  ];
  return { input: { ...content, files }, transfer };
}
