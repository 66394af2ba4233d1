/**
 * `ASHLAR_CORPUS=DIR node tools/corpus/hcl-oracle.ts`: reads every `.tf` and `.tfvars` below the folder with our parser and
 * with hcl2json, which is HashiCorp's own, and compares what they make of it. Ends with exit code 1 when a difference has
 * no known cause. JSON files are left out: hcl2json reads the native syntax only.
 */
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';

import { parseHcl } from '@ashlar/core';

import { corpusFiles, printCommits } from './corpus.ts';
import { hcl2jsonForm, type Json } from './hcl2json-form.ts';
import { readReference, type Reference } from './hcl2json.ts';

interface Difference {
  readonly file: string;
  readonly cause: string | undefined;
  readonly detail: string;
}

const { folder, files } = await corpusFiles(['.tf', '.tfvars']);
await printCommits(folder);
const differences: Difference[] = [];
let bytes = 0;
let equal = 0;
let ours = 0;
let theirs = 0;
for (const file of files) {
  const text = await readFile(file, 'utf8');
  bytes += Buffer.byteLength(text);
  const started = performance.now();
  const tree = parseHcl(text);
  const parsed = performance.now();
  const reference = await readReference(text);
  theirs += performance.now() - parsed;
  ours += parsed - started;
  const difference = compare(tree, reference);
  if (difference === undefined) equal++;
  else differences.push({ file: file.slice(folder.length + 1), ...difference });
}

function compare(
  tree: ReturnType<typeof parseHcl>,
  reference: Reference,
): Omit<Difference, 'file'> | undefined {
  const [problem] = tree.problems;
  if ('refusal' in reference) {
    const { refusal, unconverted } = reference;
    if (problem !== undefined && !unconverted) return undefined;
    const cause = problem === undefined && unconverted ? 'hcl2json has no form for it' : undefined;
    return { cause, detail: refusal };
  }
  if (problem !== undefined)
    return { cause: undefined, detail: `only we refuse it: ${problem.message} at ${problem.start}` };
  const form = hcl2jsonForm(tree);
  if (isDeepStrictEqual(form, reference.form)) return undefined;
  return { cause: undefined, detail: firstDifference(form, reference.form, '') };
}

/** Where two values differ first, and how. */
function firstDifference(a: Json | undefined, b: Json | undefined, path: string): string {
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const [left, right] = [(a as Record<string, Json>)[name], (b as Record<string, Json>)[name]];
      if (!isDeepStrictEqual(left, right)) return firstDifference(left, right, `${path}/${name}`);
    }
  }
  return `${path}: ${JSON.stringify(a)} against ${JSON.stringify(b)}`;
}

for (const { file, cause, detail } of differences)
  console.log(`${cause ?? 'UNEXPLAINED'}: ${file}: ${detail}`);
const unexplained = differences.filter(({ cause }) => cause === undefined).length;
const rate = (milliseconds: number) => `${(bytes / 1e3 / milliseconds).toFixed(1)} MB/s`;
console.log(
  `${files.length} files, ${(bytes / 1e6).toFixed(2)} MB: ${equal} equal, ${differences.length} different, ${unexplained} of them unexplained`,
);
console.log(`ours ${rate(ours)}, hcl2json ${rate(theirs)}, ratio ${(theirs / ours).toFixed(1)}`);
if (unexplained > 0 || files.length === 0) process.exitCode = 1;
