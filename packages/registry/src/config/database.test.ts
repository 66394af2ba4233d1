import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { loadConfig } from './load.ts';

const load = async (sources: { flags?: Record<string, string>; env?: Record<string, string> }) =>
  (await loadConfig({ flags: {}, env: {}, cwd: '/', ...sources })).config.database;
const problem = async (running: Promise<unknown>) =>
  await running.then(
    () => 'it was taken',
    (error: Error) => error.message,
  );

describe('the address of a database', () => {
  it.each([
    ['postgres://ashlar@db.example.com:5433/ashlar', 'postgres://db.example.com:5433/ashlar', false],
    ['postgresql://ashlar:s3cret@db/ashlar?sslmode=verify-full', 'postgres://db/ashlar', true],
    ['postgres://[::1]:5432/ashlar', 'postgres://[::1]:5432/ashlar', false],
    ['postgres:///ashlar?user=ashlar&host=/run/postgresql', 'the database ashlar at /run/postgresql', false],
    [
      'postgres:///ashlar?host=/run/postgresql&password=s3cret',
      'the database ashlar at /run/postgresql',
      true,
    ],
  ])('is taken: %s', async (url, shown, hasPassword) => {
    const database = await load({ env: { ASHLAR_DATABASE: url } });

    expect(database).toMatchObject({ shown, hasPassword });
    expect(database?.url.reveal()).toBe(url);
    expect(inspect(database, { depth: 9 }) + JSON.stringify(database)).not.toContain('s3cret');
  });

  it.each([
    ['mysql://u:s3cret@db/ashlar', 'the value is not the address of a PostgreSQL database'],
    ['db.example.com', 'the value is not the address of a PostgreSQL database'],
    ['postgres://u:s3cret@db/ash lar', 'the value is not the address of a PostgreSQL database'],
    ['postgres://u:s3cret@db:port/ashlar', 'the value is not the address of a PostgreSQL database'],
    ['postgres://u:s3cret@db', 'the address names no database'],
    ['postgres://u:s3cret@db/', 'the address names no database'],
    ['postgres://u:s3cret@db/a/b', 'the address names no database'],
  ])('is refused, and not repeated: %s', async (url, reason) => {
    expect(await problem(load({ env: { ASHLAR_DATABASE: url } }))).toBe(
      `ASHLAR_DATABASE: ${reason}. Write postgres://USER@HOST:PORT/NAME, for example postgres://ashlar@db.example.com:5432/ashlar.`,
    );
  });

  it('holds no password on the command line, where others can read it', async () => {
    const flag = 'postgres://ashlar@db/ashlar';

    expect((await load({ flags: { database: flag } }))?.url.reveal()).toBe(flag);
    expect(await problem(load({ flags: { database: 'postgres://ashlar:s3cret@db/ashlar' } }))).toBe(
      '--database: everybody on this machine can read the password on a command line. Set ASHLAR_DATABASE instead, or name a file with --config.',
    );
  });
});
