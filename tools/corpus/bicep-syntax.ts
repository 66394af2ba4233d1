/**
 * Parses all Bicep files of a folder: `ASHLAR_CORPUS=DIR node tools/corpus/bicep-syntax.ts`. Prints how many and how fast,
 * each problem, and each file whose tree does not print as the file. Ends with 1 when there is one of either.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type BicepTree, parseBicep, parseBicepParameters, positionsIn, printTree } from '@ashlar/core';

interface CorpusFile {
  readonly path: string;
  readonly text: string;
  readonly parse: (text: string) => BicepTree;
}

const folder = process.env['ASHLAR_CORPUS'];
if (folder === undefined) throw new Error('set ASHLAR_CORPUS to a folder with Bicep files');

const files = await readCorpus(folder);
const size = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
const { trees, seconds } = parseAll(files);
const best = Math.min(seconds, ...[1, 2, 3].map(() => parseAll(files).seconds));
const problems = trees.flatMap(problemsOf);
const different = trees.flatMap((tree, index) => (printTree(tree) === tree.text ? [] : [files[index]!.path]));

for (const line of problems) console.log(line);
for (const path of different) console.log(`${path}: prints differently`);
console.log(`corpus       ${folder} at ${await commitOf(folder)}`);
console.log(`files        ${files.length}`);
console.log(`with problem ${trees.filter((tree) => tree.problems.length > 0).length}`);
console.log(`different    ${different.length}`);
console.log(`size         ${(size / 1e6).toFixed(1)} MB`);
console.log(`speed        ${speed(seconds)} at first, ${speed(best)} at best`);
process.exitCode = problems.length + different.length > 0 || files.length === 0 ? 1 : 0;

async function readCorpus(directory: string): Promise<CorpusFile[]> {
  const entries = await readdir(directory, { recursive: true });
  const paths = entries.filter((path) => /\.bicep(param)?$/.test(path)).toSorted();
  return await Promise.all(
    paths.map(async (path) => ({
      path,
      text: await readFile(join(directory, path), 'utf8'),
      parse: path.endsWith('param') ? parseBicepParameters : parseBicep,
    })),
  );
}

function parseAll(corpus: readonly CorpusFile[]): { trees: BicepTree[]; seconds: number } {
  const start = process.hrtime.bigint();
  const trees = corpus.map(({ text, parse }) => parse(text));
  return { trees, seconds: Number(process.hrtime.bigint() - start) / 1e9 };
}

function speed(taken: number): string {
  return `${(size / 1e6 / taken).toFixed(1)} MB/s`;
}

function problemsOf(tree: BicepTree, index: number): string[] {
  if (tree.problems.length === 0) return [];
  const positionOf = positionsIn(tree.text);
  return tree.problems.map(({ start, message }) => {
    const { line, column } = positionOf(start);
    return `${files[index]!.path}:${line}:${column}: ${message}`;
  });
}

/** Working trees of a corpus come with a file that says which commit they are. */
async function commitOf(directory: string): Promise<string> {
  return (await readFile(join(directory, '.commit'), 'utf8').catch(() => 'unknown commit')).trim();
}
