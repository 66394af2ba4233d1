import type { Kysely } from 'kysely';

import { crashPoint } from '../../gateway/crash-point.ts';

import type { Command } from './command/index.ts';
import type { Schema } from './schema.ts';

/** One call of a command: plain data. */
export interface CommandCall {
  readonly name: string;
  readonly input: unknown;
}

export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** A connection with an open transaction. */
export interface BatchConnection {
  readonly db: Kysely<Schema>;
  /** Runs a statement that steers the transaction. */
  control(statement: string): Promise<void> | void;
  /** Whether the transaction can go on after the error of a command. */
  goesOn(error: unknown): boolean;
}

/**
 * Runs commands one after another, each in a savepoint of its own, so that one failing does not touch the others.
 * Between its statements a command waits for the database only, never for anything else.
 * @throws whatever ended the whole transaction, and with it the commands before
 */
export async function runInSavepoints(
  connection: BatchConnection,
  calls: readonly CommandCall[],
  commands: Readonly<Record<string, Command>>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  // One after another on purpose: they share one connection.
  for (const call of calls) outcomes.push(await runOne(connection, call, commands));
  return outcomes;
}

async function runOne(
  connection: BatchConnection,
  { name, input }: CommandCall,
  commands: Readonly<Record<string, Command>>,
): Promise<Outcome> {
  await connection.control('savepoint command');
  crashPoint('command.begun', name);
  try {
    const value = await commands[name]!(connection.db, input as never);
    await connection.control('release command');
    crashPoint('command.done', name);
    return { value };
  } catch (error) {
    if (!connection.goesOn(error)) throw error;
    await connection.control('rollback to command; release command');
    return { error };
  }
}
