import { sql } from 'kysely';

import { crashPoint } from '../../../gateway/crash-point.ts';
import { jitter } from '../../../gateway/random.ts';
import { type CommandCall, type Outcome, runInSavepoints } from '../batch.ts';
import { type Command, commands } from '../command/index.ts';
import { movePosition, type Position } from '../position.ts';
import { endsSession, isRetryable, isRolledBack } from './failure.ts';
import type { Session } from './session.ts';

export type BatchResult =
  | {
      /** `unknown`: the connection broke while it was committed. */
      readonly state: 'committed' | 'unknown';
      readonly outcomes: readonly Outcome[];
      /** Where this leads; absent when nothing was written. */
      readonly position: Position | undefined;
    }
  /** Nothing was written. `lost`: because the connection broke, so that it may be tried on another. */
  | { readonly state: 'failed' | 'lost'; readonly error: unknown };

/** How often a batch is begun that meets other transactions. */
const attempts = 6;
/** Milliseconds before the second attempt; doubled each time. */
const firstDelay = 10;

/** Runs commands in one transaction of their own number, which tells later whether it was committed. */
export async function runBatch(
  session: Session,
  batch: string,
  calls: readonly CommandCall[],
): Promise<BatchResult> {
  for (let attempt = 1; ; attempt++) {
    const result = await tryBatch(session, batch, calls);
    if (result.state !== 'failed' || !isRetryable(result.error) || attempt === attempts) return result;
    await new Promise((resolve) => setTimeout(resolve, jitter(firstDelay * 2 ** attempt)));
  }
}

async function tryBatch(
  session: Session,
  batch: string,
  calls: readonly CommandCall[],
): Promise<BatchResult> {
  const isOver = (error: unknown) => session.isLost() || endsSession(error);
  let outcomes: readonly Outcome[];
  let position: Position | undefined;
  try {
    await session.control('begin');
    const goesOn = (error: unknown) => !isOver(error) && !isRetryable(error);
    const control = async (statement: string) => void (await session.control(statement));
    const known: Readonly<Record<string, Command>> = commands;
    outcomes = await runInSavepoints({ db: session.db, control, goesOn }, calls, known);
    const number = await movePosition(session.db, batch, hasWritten);
    position = number === undefined ? undefined : { batch, number };
  } catch (error) {
    if (isOver(error)) return { state: 'lost', error };
    return await rollBack(session, error);
  }
  try {
    const tag = await session.control('commit');
    if (tag === 'COMMIT') {
      for (const { name } of calls) crashPoint('record.committed', name);
      return { state: 'committed', outcomes, position };
    }
    // So PostgreSQL answers when the transaction had failed before.
    return { state: 'failed', error: new Error(`commit was answered with ${tag}`) };
  } catch (error) {
    if (isRolledBack(error) && !session.isLost()) return await rollBack(session, error);
    return { state: 'unknown', outcomes, position };
  }
}

/** A transaction gets a number when it writes for the first time. */
const hasWritten = sql<boolean>`pg_current_xact_id_if_assigned() is not null`;

async function rollBack(session: Session, error: unknown): Promise<BatchResult> {
  try {
    await session.control('rollback');
    return { state: 'failed', error };
  } catch {
    session.cut();
    return { state: 'lost', error };
  }
}
