import { ashlarError } from '@ashlar/core/error';
import { describe, expect, it } from 'vitest';

import {
  commandError,
  endsSession,
  isOutage,
  isRefusal,
  isRetryable,
  isRolledBack,
  messageOf,
  unavailable,
} from './failure.ts';

const failure = (code?: string, message = 'text') =>
  Object.assign(new Error(message), code === undefined ? {} : { code });
// As Node makes it for a name with two addresses.
const several = Object.assign(
  new AggregateError([failure('ECONNREFUSED', 'no ::1'), failure('ECONNREFUSED', 'no 127.0.0.1')]),
  { code: 'ECONNREFUSED' },
);

describe('failures of PostgreSQL', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['a serialization failure', failure('40001'), ['retryable', 'rolled back', 'outage']],
    ['a deadlock', failure('40P01'), ['retryable', 'rolled back', 'outage']],
    ['a shutdown', failure('57P01'), ['ends the session', 'outage']],
    ['a start', failure('57P03'), ['ends the session', 'outage']],
    ['a standby', failure('25006'), ['ends the session', 'outage']],
    ['a statement that took too long', failure('57014'), ['outage']],
    ['too many connections', failure('53300'), ['outage']],
    ['a wrong password', failure('28P01'), ['refusal']],
    ['a database that is not there', failure('3D000'), ['refusal']],
    ['a missing right', failure('42501'), ['refusal']],
    ['a duplicate', failure('23505'), ['rolled back']],
    ['a broken pipe', failure('EPIPE'), ['outage']],
    ['a closed port', failure('ECONNREFUSED'), ['outage']],
    ['a closed port at several addresses', several, ['outage']],
    ['a broken connection', failure(undefined, 'Connection terminated unexpectedly'), ['outage']],
    ['no answer', failure(undefined, 'timeout expired'), ['outage']],
    ['a mistake of ours', new TypeError('x is not a function'), []],
    ['what the catalogue knows', ashlarError('ASH-NAMESPACE-EXISTS', { name: 'a' }), []],
  ])('are told apart: %s', (_, error, expected) => {
    const kinds = {
      retryable: isRetryable(error),
      'rolled back': isRolledBack(error),
      'ends the session': endsSession(error),
      refusal: isRefusal(error),
      outage: isOutage(error),
    };

    expect(Object.entries(kinds).flatMap(([kind, is]) => (is ? [kind] : []))).toEqual(expected);
  });

  it.each<[unknown, string]>([
    [failure('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1'), 'the database cannot be reached'],
    [failure('53300'), 'the database has too many connections'],
    [failure('57014'), 'the database takes too long'],
    [ashlarError('ASH-DATABASE-LOCKED', { database: 'x' }), 'another ashlar server is using the database'],
    [ashlarError('ASH-STORAGE-FULL', {}), 'the disk that holds the local mirror of the database is full'],
    [
      new TypeError('secret detail'),
      'something is wrong with the database or its local mirror, and the log has more',
    ],
  ])('are told to anybody without details', (error, reason) => {
    expect(unavailable(error)).toMatchObject({ code: 'ASH-UNAVAILABLE', params: { reason } });
  });

  it('of a command keep what the catalogue says, and no values', () => {
    const known = ashlarError('ASH-NAMESPACE-EXISTS', { name: 'a' });
    const full = failure('53100');
    const duplicate = Object.assign(failure('23505', 'duplicate key'), {
      detail: 'Key (hash)=(secret) already exists.',
    });

    expect(commandError(known)).toBe(known);
    expect(commandError(full)).toMatchObject({ code: 'ASH-STORAGE-FULL' });
    expect(commandError(duplicate)).toMatchObject({ message: 'duplicate key', code: '23505' });
    expect(Object.keys(commandError(duplicate))).toEqual(['code']);
  });

  it('of several addresses name each', () => {
    expect(messageOf(several)).toBe('no ::1, no 127.0.0.1');
  });
});
