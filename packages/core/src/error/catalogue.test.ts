import { describe, expect, it } from 'vitest';

import { AshlarError, ashlarError, catalogue, type ErrorCode, type ErrorEntry } from './index.ts';

const entries = Object.entries(catalogue) as [ErrorCode, ErrorEntry][];
/** Stands for every parameter; its name shows where it went. */
const params = new Proxy({}, { get: (_, name) => String(name) }) as never;
/** These end with something to copy, where a full stop would be copied too. */
const endsWithExample = /(?:: |at )[^ ].*$/;

describe('the error catalogue', () => {
  it('has codes of one form', () => {
    expect(entries.filter(([code]) => !/^ASH(?:-[A-Z0-9]+)+$/.test(code))).toEqual([]);
  });

  it.each(entries)('%s has a status, an exit code and a sentence', (_, { status, exit, message }) => {
    const text = message(params);

    expect(Number.isInteger(status) && status >= 400 && status < 600).toBe(true);
    // 3 is "not allowed" and 2 "wrong use"; what a server runs into by itself is 4 or 5.
    if (status === 401 || status === 403) expect([1, 3]).toContain(exit);
    if (exit === 3) expect([401, 403, 404]).toContain(status);
    if (exit === 5) expect(status).toBe(500);
    expect(text).not.toMatch(/undefined|null|\[object|NaN| {2}|\.\.$|\n/);
    // Made of parameters alone, the sentence is the caller's.
    if (/^(?:sentence|reason)$/.test(text)) return;
    expect(text).toMatch(/^["A-Z$]|^[a-z]+(?:: | |@)/);
    if (!text.endsWith('.')) expect(text).toMatch(endsWithExample);
  });

  it('keeps its codes: they are API', () => {
    expect(entries.map(([code]) => code).toSorted()).toMatchSnapshot();
  });

  it('makes errors that cross threads', () => {
    const cause = new Error('disk');
    const error = ashlarError('ASH-DIGEST-MISMATCH', { digest: 'a', actual: 'b' }, { cause });
    const copy = new AshlarError(structuredClone(error.toData()));

    expect(error).toMatchObject({ name: 'AshlarError', status: 400, exit: 2, cause });
    expect(copy).toMatchObject({
      code: 'ASH-DIGEST-MISMATCH',
      params: { digest: 'a', actual: 'b' },
      status: 400,
      exit: 2,
      message: 'The content does not match its digest: a was announced, b arrived. Send it again.',
    });
  });
});
