/**
 * Reads every Bicep module below a folder twice, from its source and from the template that was compiled from it, and
 * compares what both say.
 *
 *     ASHLAR_CORPUS=DIR node tools/corpus/bicep-twins.ts
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { readCompiled } from '../../packages/core/src/bicep/compiled/read.ts';
import { compareTwins } from '../../packages/core/src/bicep/twins.ts';
import { readSource } from '../../packages/core/src/bicep/source/read.ts';
import { commitOf, corpusFolder, filesBelow } from './corpus.ts';

const folder = corpusFolder();
const sources = filesBelow(folder, (name) => name === 'main.bicep');
let [read, unread, inputs] = [0, 0, 0];
const differences: string[] = [];
for (const path of sources) {
  const directory = dirname(path);
  const text = readFileSync(join(folder, path), 'utf8');
  const template = fileAt(join(directory, 'main.json'));
  const source = readSource(
    (name) => (name === 'main.bicep' ? text : fileAt(join(directory, name))),
    'main.bicep',
    null,
  );
  if (source === undefined || source.problems.length > 0) {
    unread++;
    for (const { message, at } of source?.problems ?? [])
      console.log(`${path}:${at?.line}:${at?.column}: ${message}`);
    continue;
  }
  read++;
  inputs += source.interface.inputs.length;
  if (template === undefined) continue;
  const compiled = readCompiled(JSON.parse(template) as Record<string, unknown>, null);
  differences.push(...compareTwins(source, compiled).map((each) => `${path}: ${each}`));
}
for (const each of differences) console.log(each);
console.log(
  `${commitOf(folder)}: ${read} modules read twice, ${inputs} inputs, ${unread} not read, ${differences.length} differences`,
);
process.exit(unread === 0 && differences.length === 0 ? 0 : 1);

function fileAt(path: string): string | undefined {
  const inside = relative('.', path);
  try {
    return readFileSync(join(folder, inside), 'utf8');
  } catch {
    return undefined;
  }
}
