import type { CommandCall } from '../batch.ts';

/** A command that somebody waits for. */
export interface Waiting {
  readonly call: CommandCall;
  /** How often it was begun. */
  attempts: number;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The commands that wait for their turn, between those who ask and the one who works them off. */
export interface CommandQueue {
  /** Runs a command when its turn comes. */
  run(call: CommandCall): Promise<unknown>;
  /** The next commands as soon as there are any; none after `wake`, or when it is closed and empty. */
  take(most: number): Promise<Waiting[]>;
  /** Lets `take` return. */
  wake(): void;
  /** These come first again. */
  putBack(commands: readonly Waiting[]): void;
  /** Nobody takes anything: after a moment of patience everything fails with this error, and what comes does at once. */
  pause(error: Error): void;
  resume(): void;
  /** Waits for so many milliseconds, or until somebody closes it. */
  rest(milliseconds: number): Promise<void>;
  /** Takes nothing new. */
  close(error: Error): void;
  /** Fails what is left. */
  abandon(): void;
  readonly isClosed: boolean;
}

/** `patience` is how long, in milliseconds, commands wait for somebody to take them again. */
export function createQueue(patience: number): CommandQueue {
  let waiting: Waiting[] = [];
  let paused: { error: Error; readonly timer: NodeJS.Timeout; isOut: boolean } | undefined;
  let closed: Error | undefined;
  let wake = () => {};
  let endRest = () => {};

  const fail = (error: Error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  const runOut = () => {
    if (!paused) return;
    paused.isOut = true;
    fail(paused.error);
  };

  return {
    async run(call) {
      if (closed) throw closed;
      if (paused?.isOut) throw paused.error;
      return await new Promise((resolve, reject) => {
        waiting.push({ call, attempts: 0, resolve, reject });
        if (!paused) wake();
      });
    },
    async take(most) {
      if (waiting.length === 0 && !closed) await new Promise<void>((resolve) => (wake = resolve));
      return waiting.splice(0, most);
    },
    wake: () => wake(),
    putBack(commands) {
      waiting = [...commands, ...waiting];
      if (paused?.isOut) fail(paused.error);
    },
    pause(error) {
      if (paused) paused.error = error;
      else paused = { error, timer: setTimeout(runOut, patience), isOut: false };
    },
    resume() {
      clearTimeout(paused?.timer);
      paused = undefined;
    },
    async rest(milliseconds) {
      if (closed) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        endRest = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    close(error) {
      closed ??= error;
      wake();
      endRest();
    },
    abandon() {
      clearTimeout(paused?.timer);
      if (closed) fail(closed);
    },
    get isClosed() {
      return closed !== undefined;
    },
  };
}
