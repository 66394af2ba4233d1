import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import fc from 'fast-check';

import { type AnyTarget, fromJson, toJson } from './target.ts';

const corpus = join(import.meta.dirname, 'corpus');

export interface FuzzResult {
  readonly runs: number;
  /** Undefined when every promise was kept. */
  readonly failure?: { readonly reason: string; readonly file: string };
}

/** Throws inputs at a target until the time is over or one of them breaks something; that one is kept, made small. */
export async function fuzz(
  { name, inputs, check }: AnyTarget,
  options: { readonly seed: number; readonly milliseconds: number; readonly runs?: number },
): Promise<FuzzResult> {
  const property = fc.asyncProperty(inputs, async (input) => {
    await check(input);
  });
  const outcome = await fc.check(property, {
    seed: options.seed,
    numRuns: options.runs ?? Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: options.milliseconds,
    markInterruptAsFailure: false,
  });
  if (!outcome.failed || outcome.counterexample === null) return { runs: outcome.numRuns };
  const [input] = outcome.counterexample;
  const text = toJson(input);
  const file = join(corpus, name, `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.json`);
  await mkdir(join(corpus, name), { recursive: true });
  await writeFile(file, text);
  return { runs: outcome.numRuns, failure: { reason: String(outcome.errorInstance), file } };
}

/** Inputs that broke a promise once. */
export async function keptInputs(name: string): Promise<(readonly [file: string, input: unknown])[]> {
  const folder = join(corpus, name);
  const files: string[] = await readdir(folder).catch(() => []);
  return await Promise.all(
    files
      .toSorted()
      .map(async (file) => [file, fromJson(await readFile(join(folder, file), 'utf8'))] as const),
  );
}
