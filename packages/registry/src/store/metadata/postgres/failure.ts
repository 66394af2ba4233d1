import { AshlarError, ashlarError } from '@ashlar/core/error';

/** Codes of errors, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const retryable = new Set(['40001', '40P01']);
/** The server ends the session, or takes no writes on it any more. */
const ending = /^(?:08...|57P0[1-5]|25006|25P0[34])$/;
const refused = /^(?:28...|3D000|42501|3F000)$/;

/** The code that PostgreSQL gave; undefined for errors from elsewhere. */
export function sqlState(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  // All have a digit; codes of the system such as EPIPE have none.
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whether the same transaction may well succeed at once: it met another one. */
export function isRetryable(error: unknown): boolean {
  return retryable.has(sqlState(error) ?? '');
}

/** Whether the session is of no use after this. */
export function endsSession(error: unknown): boolean {
  return ending.test(sqlState(error) ?? '');
}

/** Whether an error of `commit` leaves no doubt that nothing was committed. */
export function isRolledBack(error: unknown): boolean {
  return /^(?:40|23)/.test(sqlState(error) ?? '');
}

/** Whether it may pass by itself: nobody answers, or PostgreSQL has no room or time for us. */
export function isOutage(error: unknown): boolean {
  if (error instanceof AshlarError) return false;
  const state = sqlState(error);
  if (state !== undefined) return endsSession(error) || /^(?:40|53|57)/.test(state);
  return (
    typeof (error as { code?: unknown }).code === 'string' ||
    /terminated|timeout|lost/i.test(messageOf(error))
  );
}

/** What an error says; of a host with several addresses, what each of them said. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

/** Whether waiting will not help: somebody must change the configuration. */
export function isRefusal(error: unknown): boolean {
  return refused.test(sqlState(error) ?? '');
}

/** What {@link isRefusal} says, for who can change it. `shown` is the database as people may see it. */
export function refusalError(error: unknown, shown: string): AshlarError {
  const fix = 'Check the user, the password and the name of the database, and what the user may do there.';
  const reason = `${shown} refuses it (${sqlState(error)}): ${messageOf(error)}`;
  return ashlarError('ASH-CONFIG', { key: 'database', reason, fix }, { cause: error });
}

/** What a command is answered that PostgreSQL refused; all that is nobody's mistake is of the catalogue. */
export function commandError(error: unknown): Error {
  if (error instanceof AshlarError) return error;
  const state = sqlState(error) ?? '';
  if (state === '53100') return ashlarError('ASH-STORAGE-FULL', {}, { cause: error });
  if (isRetryable(error) || /^(?:53|57)/.test(state)) return unavailable(error);
  // A copy: the original also says which values there were.
  return Object.assign(new Error((error as Error).message), { code: state, stack: (error as Error).stack });
}

export function unavailable(error: unknown): AshlarError {
  if (error instanceof AshlarError && error.code === 'ASH-UNAVAILABLE') return error;
  return ashlarError('ASH-UNAVAILABLE', { reason: reasonOf(error) }, { cause: error });
}

const reasons: Readonly<Record<string, string>> = {
  'ASH-DATABASE-LOCKED': 'another ashlar server is using the database',
  'ASH-STORAGE-FULL': 'the disk that holds the local mirror of the database is full',
  '40001': 'the database was changed by others at the same time, again and again',
  '40P01': 'others held what was needed of the database, again and again',
  '57014': 'the database takes too long',
  '53300': 'the database has too many connections',
};

/** Why the database does nothing for us, as part of a sentence for anybody: no addresses, no names. */
function reasonOf(error: unknown): string {
  const key = error instanceof AshlarError ? error.code : (sqlState(error) ?? '');
  const known = reasons[key];
  if (known !== undefined) return known;
  return isOutage(error)
    ? 'the database cannot be reached'
    : 'something is wrong with the database or its local mirror, and the log has more';
}
