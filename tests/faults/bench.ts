import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Refused } from './client.ts';
import type { Change, Operation, Random } from './operation/operation.ts';
import { isAlive, type Launch, type LaunchOptions, type Server } from './server.ts';
import { Violation } from './violation.ts';

/** How an installation is started and looked into; other stores bring another one. */
export interface Installation {
  readonly launch: Launch;
  /** @throws Violation */
  readonly audit: (data: string) => Promise<void>;
}

/** What became of a change whose server was tampered with. */
export interface Attempt {
  readonly acknowledged: boolean;
  /** Undefined when there was an answer, or when it was good. */
  readonly refusal: Refused | undefined;
  /** What went wrong, in words. */
  readonly error: string;
}

interface Acknowledged {
  readonly name: string;
  readonly change: Change;
}

/** Old content that is looked at again after each fault; all of it at the end. */
const sample = 4;

/** A data folder with all that was ever acknowledged in it, and the server that serves it just now. */
export class Bench {
  readonly data: string;
  readonly random: Random;
  readonly #installation: Installation;
  readonly #acknowledged: Acknowledged[] = [];
  #server: Server | undefined;
  /** What was measured on the way. */
  readonly notes: string[] = [];

  private constructor(data: string, installation: Installation, random: Random) {
    this.data = data;
    this.#installation = installation;
    this.random = random;
  }

  static async open(installation: Installation, random: Random): Promise<Bench> {
    return new Bench(await mkdtemp(join(tmpdir(), 'ashlar-faults-')), installation, random);
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** The server, started again when it is gone. */
  async server(): Promise<Server> {
    if (this.#server !== undefined && isAlive(this.#server.pid)) return this.#server;
    await this.#server?.program.ended;
    this.#server = await this.#installation.launch(this.data);
    return this.#server;
  }

  /** Ends the server and starts another one. */
  async restart(options?: LaunchOptions): Promise<Server> {
    await this.#server?.kill();
    this.#server = undefined;
    this.#server = await this.#installation.launch(this.data, options);
    return this.#server;
  }

  /** Makes the change while something may go wrong. */
  async attempt(change: Change, server: Server): Promise<Attempt> {
    try {
      await change.run(server);
      return { acknowledged: true, refusal: undefined, error: '' };
    } catch (error) {
      if (error instanceof Violation) throw error;
      return {
        acknowledged: false,
        refusal: error instanceof Refused ? error : undefined,
        error: String(error),
      };
    }
  }

  /**
   * Holds the server to its promises after an attempt: acknowledged means there, refused means not there, the same again
   * works, nothing is there by half, and all that was acknowledged before is what it was.
   */
  async verify({ name }: Operation, change: Change, attempt: Attempt): Promise<void> {
    const outcome = await change.observe(await this.server());
    if (attempt.acknowledged && outcome === 'before') throw new Violation(`${name}: acknowledged and lost`);
    const status = attempt.refusal?.status ?? 0;
    if (outcome === 'after' && (status === 507 || (status >= 400 && status < 500)))
      throw new Violation(`${name}: refused and done: ${attempt.refusal!.message}`);
    try {
      await change.run(await this.server());
    } catch (error) {
      if (error instanceof Violation) throw error;
      throw new Violation(`${name}: the same again failed: ${String(error)}`, { cause: error });
    }
    if ((await change.observe(await this.server())) === 'before')
      throw new Violation(`${name}: acknowledged and not there`);
    this.#acknowledged.push({ name, change });
    await this.#recheck(this.#acknowledged.slice(-sample));
    await this.#installation.audit(this.data);
  }

  /** All that was acknowledged is there, also for another process. */
  async verifyAll(): Promise<void> {
    await this.restart();
    await this.#recheck(this.#acknowledged);
    await this.#installation.audit(this.data);
  }

  async #recheck(entries: readonly Acknowledged[]): Promise<void> {
    const server = await this.server();
    for (const { name, change } of entries) {
      if ((await change.observe(server)) === 'before')
        throw new Violation(`${name}: was acknowledged earlier and is gone`);
    }
  }

  /** Ends the server and leaves the folder to somebody else. */
  async stop(): Promise<void> {
    await this.#server?.kill();
    this.#server = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.data, { recursive: true, force: true });
  }
}
