import { execFile } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { figure } from './aim.ts';
import { median } from './statistics.ts';

const execute = promisify(execFile);

/** What the figures were made on, as a Markdown list. */
export async function machineText(): Promise<string> {
  const folder = process.env['ASHLAR_BENCH_FOLDER'] ?? tmpdir();
  const [first] = cpus();
  const disk = await firstLine('stat', ['-f', '-c', '%T', folder]);
  const versions = [
    ['docker-registry', ['--version']],
    ['wrk', ['-v']],
    ['terraform', ['version']],
  ] as const;
  const tools = await Promise.all(versions.map(async ([command, args]) => await firstLine(command, args)));
  return [
    `* ${cpus().length} processors (${first?.model.trim() ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`,
    `* disk: ${disk}, ${figure(await syncMilliseconds(folder))} ms to sync 4 KB (median)`,
    `* Node ${process.version}; ${tools.join('; ')}`,
    `* load before the run: ${figure(loadavg()[0]!)}; ${new Date().toISOString().slice(0, 10)}`,
  ].join('\n');
}

async function firstLine(command: string, args: readonly string[]): Promise<string> {
  // `wrk -v` ends with 1.
  const output = await execute(command, args).catch((error: unknown) => error as { stdout?: string });
  return output.stdout?.split('\n', 1)[0]?.trim() || `no ${command}`;
}

async function syncMilliseconds(folder: string): Promise<number> {
  const path = join(folder, `ashlar-bench-sync-${process.pid}`);
  const bytes = Buffer.alloc(4096, 1);
  const times: number[] = [];
  const file = await open(path, 'wx');
  try {
    for (let i = 0; i < 50; i++) {
      const began = performance.now();
      await file.write(bytes);
      await file.datasync();
      times.push(performance.now() - began);
    }
  } finally {
    await file.close();
    await rm(path);
  }
  return median(times);
}
