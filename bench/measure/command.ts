import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { requireTool, type ToolName, type ToolPaths } from '../../tests/support/tool.ts';
import { stopPrograms } from '../program.ts';

export interface Options {
  /** Few rounds, few cases: shows that it works, proves nothing. */
  readonly quick: boolean;
  /** Only the rows whose name holds this text. */
  readonly only: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly seed: number;
}

type Numbers = Partial<Pick<Options, 'rounds' | 'seconds'>>;

/** The options that all benchmarks know. */
export function readOptions(whole: Numbers, quickly: Numbers): Options {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  });
  const fallback = values.quick ? quickly : whole;
  return {
    quick: values.quick,
    only: values.only,
    rounds: Number(values.rounds ?? fallback.rounds ?? 1),
    seconds: Number(values.seconds ?? fallback.seconds ?? 1),
    seed: Number(values.seed),
  };
}

/** The paths of programs without which there is nothing to compare. Ends the process when one is missing. */
export function requireTools<Name extends ToolName>(names: readonly Name[]): ToolPaths<Name> {
  const found = names.map((name) => [name, requireTool(name)] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length === 0) return Object.fromEntries(found) as ToolPaths<Name>;
  console.error(`skipped: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not in PATH`);
  process.exit(2);
}

/** Gives `work` a folder that is gone afterwards, as are the programs that it started; ASHLAR_BENCH_FOLDER says where, to choose the disk. */
export async function withWorkFolder(name: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(process.env['ASHLAR_BENCH_FOLDER'] ?? tmpdir(), `ashlar-bench-${name}-`));
  try {
    await work(folder);
  } finally {
    await stopPrograms();
    await rm(folder, { recursive: true, force: true });
  }
}
