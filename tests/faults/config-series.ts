import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { run } from '../support/run.ts';
import { brokenConfigs, prepareConfigs } from '../server/broken-config.ts';
import type { Series } from './series.ts';
import { serveCommand } from './server.ts';
import { Violation } from './violation.ts';

/** F-23: a configuration is wrong; the start refuses it in one sentence, and leaves nothing behind. */
export const configSeries: Series = {
  fault: 'F-23',
  place: 'a broken configuration',
  what: 'start',
  places: brokenConfigs.length,
  async run(_bench, n) {
    const [name, { args = '', env = {}, exit = 2 }, line] = brokenConfigs[n - 1]!;
    const folder = await mkdtemp(join(tmpdir(), 'ashlar-broken-'));
    const data = join(folder, 'data');
    try {
      await prepareConfigs(folder);
      const [program, ...rest] = serveCommand;
      const { exitCode, stderr } = await run(
        program!,
        [...rest, 'serve', ...args.split(' ').filter(Boolean)],
        {
          cwd: folder,
          env: { ASHLAR_DATA: data, ASHLAR_LISTEN: '127.0.0.1:0', ASHLAR_LISTEN_TLS: '127.0.0.1:0', ...env },
        },
      );
      const [, message = ''] = /^error: ([^]+)\ncode: ASH-[A-Z-]+\n$/.exec(stderr) ?? [];
      if (exitCode !== exit || !line.test(message))
        throw new Violation(`${name} ends with ${exitCode} and says ${stderr}`);
      if (exit === 2 && existsSync(data)) throw new Violation(`${name} leaves a data folder behind`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return true;
  },
};
