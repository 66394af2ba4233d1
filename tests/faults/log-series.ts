import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { versionOperations } from './operation/version.ts';
import type { Series } from './series.ts';
import { type Server, serveCommand, serveWith } from './server.ts';
import { Violation } from './violation.ts';

/** Milliseconds; the promise is 100, and a busy machine may need more for reasons of its own. */
const longest = 1_000;
/** Each request is logged with 8 KB: more than a pipe and the queue of the server hold. */
const requests = 800;

/** F-21: nobody reads the log; requests go on, and what is published is there. */
export const logSeries: Series = {
  fault: 'F-21',
  place: 'nobody reads the log',
  what: 'requests meanwhile',
  places: 1,
  async run(bench) {
    await bench.stop();
    const folder = await mkdtemp(join(tmpdir(), 'ashlar-log-'));
    const pipe = join(folder, 'pipe');
    if (spawnSync('mkfifo', [pipe]).status !== 0) throw new Error('no pipe can be made');
    // Both ends are ours, so that the server never hears that nobody reads.
    const held = openSync(pipe, constants.O_RDWR);
    const blocked = ['sh', '-c', `exec "$@" > ${pipe}`, 'sh', ...serveCommand];
    const server = await serveWith(blocked, bench.data, { env: { ASHLAR_LOG_LEVEL: 'info' } });
    try {
      await logMuch(server);
      const change = versionOperations[1]!.make(bench.random);
      await change.run(server);
      if ((await change.observe(server)) !== 'after') throw new Violation('acknowledged and not there');
      return (await droppedLines(server)) > 0;
    } finally {
      await server.kill();
      closeSync(held);
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function logMuch({ client }: Server): Promise<void> {
  const headers = { 'user-agent': 'x'.repeat(8_000) };
  const work = async () => {
    for (let n = 0; n < requests / 8; n++) {
      const begin = performance.now();
      await client.send('GET', '/nothing', undefined, headers);
      const took = performance.now() - begin;
      if (took > longest)
        throw new Violation(`a request took ${took.toFixed(0)} ms while nobody read the log`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

async function droppedLines({ client }: Server): Promise<number> {
  const { bytes } = await client.send('GET', '/metrics');
  return Number(/^ashlar_log_lines_dropped_total (\d+)$/m.exec(bytes.toString())?.[1]);
}
