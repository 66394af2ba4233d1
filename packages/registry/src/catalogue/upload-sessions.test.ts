import { beforeEach, describe, expect, it } from 'vitest';

import type { UploadId } from '../store/blob/index.ts';
import { createUploadSessions, type UploadSessions } from './upload-sessions.ts';

let there: Set<UploadId>;
let sessions: UploadSessions;
let next: number;

beforeEach(() => {
  there = new Set();
  next = 0;
  sessions = createUploadSessions({ uploadSize: async (id) => (there.has(id) ? 0 : undefined) }, 3);
});

async function create(): Promise<UploadId> {
  const id = `upload-${next++}` as UploadId;
  there.add(id);
  return id;
}

const start = async (subject = 'a') => await sessions.start(subject, create);
const refused = { code: 'ASH-UPLOAD-LIMIT', status: 429, params: { limit: 3 } };

describe('unfinished uploads', () => {
  it('are as many as the limit says, for each identity', async () => {
    for (let i = 0; i < 3; i++) await start();
    await expect(start()).rejects.toMatchObject(refused);
    expect(await start('b')).toBe('upload-3');
    expect(there.size).toBe(4);
  });

  it('count while they are being started', async () => {
    const results = await Promise.allSettled(Array.from({ length: 10 }, async () => await start()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  it('make room when they end', async () => {
    const ids = [await start(), await start(), await start()];
    sessions.end('a', ids[1]!);
    await start();
    await expect(start()).rejects.toMatchObject(refused);
  });

  it('make room when the store has dropped them', async () => {
    for (let i = 0; i < 3; i++) await start();
    there.delete('upload-0' as UploadId);
    await start();
    await expect(start()).rejects.toMatchObject(refused);
  });

  it('that could not be started do not count', async () => {
    const full = new Error('disk full');
    for (let i = 0; i < 5; i++) {
      await expect(sessions.start('a', async () => await Promise.reject(full))).rejects.toBe(full);
    }
    for (let i = 0; i < 3; i++) await start();
  });
});
