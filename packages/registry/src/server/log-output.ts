import { setTimeout as sleep } from 'node:timers/promises';

import { constants, fstatSync, openSync, writeFd } from '../gateway/file-system.ts';

/** Writes some of the bytes, and says how many. */
export type WriteSome = (bytes: Buffer) => Promise<number>;

export interface LogOutput {
  write(line: string): void;
  /** Lines that nobody will see, because the reader was too slow or the disk full. */
  dropped(): number;
  /** Waits for what is queued, for `patience` milliseconds at most; says whether all of it is out. */
  flush(patience: number): Promise<boolean>;
}

export interface LogOutputOptions {
  readonly write?: WriteSome;
  /** Characters that wait for a slow reader; about 10,000 requests. */
  readonly limit?: number;
}

const defaultLimit = 4 * 1024 * 1024;
const batchLength = 64 * 1024;
/** Milliseconds in which lines gather after a write: under load, one for each line would cost a tenth of an answer. */
const gatherTime = 5;
/** Milliseconds until a full pipe is tried again. */
const pipePause = 20;
/** Milliseconds until a destination that failed, such as a full disk, is tried again. */
const errorPause = 1000;
const standardOutput = 1;

/**
 * Takes lines without ever waiting for who reads them: they queue up, and what does not fit is counted and dropped.
 * A request must not stand still because a log collector does.
 */
export function openLogOutput({
  write = writeToStandardOutput(),
  limit = defaultLimit,
}: LogOutputOptions = {}): LogOutput {
  let waiting: string[] = [];
  /** Characters that wait or are being written. */
  let length = 0;
  let dropped = 0;
  let working: Promise<void> | undefined;
  /** Whether the last thing that was written is half a line. */
  let isTorn = false;

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const lines = takeBatch();
      const text = lines.join('');
      const begin = isTorn ? '\n' : '';
      isTorn = false;
      if (!(await writeAll(Buffer.from(begin + text)))) {
        dropped += lines.length;
        await sleep(errorPause, undefined, { ref: false });
      }
      length -= text.length;
      if (text.length < batchLength) await sleep(gatherTime, undefined, { ref: false });
    }
    working = undefined;
  }

  function takeBatch(): string[] {
    let taken = 0;
    const end = waiting.findIndex((line) => (taken += line.length) >= batchLength);
    const lines = end < 0 ? waiting : waiting.slice(0, end + 1);
    waiting = end < 0 ? [] : waiting.slice(end + 1);
    return lines;
  }

  async function writeAll(bytes: Buffer): Promise<boolean> {
    let rest = bytes;
    while (rest.length > 0) {
      try {
        rest = rest.subarray(await write(rest));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
          isTorn = rest.length < bytes.length;
          return false;
        }
        await sleep(pipePause, undefined, { ref: false });
      }
    }
    return true;
  }

  return {
    write(line) {
      if (length + line.length > limit) {
        dropped += 1;
        return;
      }
      waiting.push(line);
      length += line.length;
      // Not at once: lines of the same moment share a write.
      working ??= Promise.resolve().then(work);
    },
    dropped: () => dropped,
    async flush(patience) {
      const ended = working?.then(() => true) ?? Promise.resolve(true);
      const timer = new AbortController();
      try {
        return await Promise.race([ended, sleep(patience, false, timer)]);
      } finally {
        timer.abort();
      }
    },
  };
}

/**
 * A write to a full pipe would hold one of Node's few file threads, and with it the end of the process. A pipe that is
 * opened anew can be told to refuse instead, and whoever else writes to it does not notice. Where that is not possible,
 * as on the socket of a service manager, the thread is what it costs.
 */
function writeToStandardOutput(): WriteSome {
  let fd: number | undefined;
  return async (bytes) => await writeFd((fd ??= reopenedPipe() ?? standardOutput), bytes);
}

function reopenedPipe(): number | undefined {
  try {
    if (!fstatSync(standardOutput).isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${standardOutput}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
