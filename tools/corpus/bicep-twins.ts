/**
 * Reads every Bicep module below a folder twice, from its source and from the template that was compiled from it, and
 * compares what both say.
 *
 *     ASHLAR_CORPUS=DIR node tools/corpus/bicep-twins.ts
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import { readModule } from '@ashlar/core';

import { corpusFiles, printCommits } from './corpus.ts';

const { folder, files: all } = await corpusFiles(['.bicep', 'main.json']);
const files = all.filter((path) => path.endsWith('/main.bicep'));
await printCommits(folder);
let [read, twice, inputs] = [0, 0, 0];
const unread: string[] = [];
const outdated = new Map<string, string[]>();
for (const path of files) {
  const directory = dirname(path);
  const reading = readModule({
    paths: all.filter((each) => each.startsWith(`${directory}/`)).map((each) => relative(directory, each)),
    textOf: (name) => readFileSync(join(directory, name), 'utf8'),
  });
  const { source, compiled, module } = reading!;
  const shown = relative(folder, path);
  for (const { message, at } of source!.problems)
    unread.push(`${shown}:${at?.line}:${at?.column}: ${message}`);
  read++;
  inputs += source!.interface.inputs.length;
  if (compiled === undefined) continue;
  twice++;
  const differences = module.problems.filter(({ at }) => at?.file === 'main.json');
  if (differences.length > 0)
    outdated.set(
      shown,
      differences.map(({ message }) => message),
    );
}
for (const each of unread) console.log(each);
for (const [path, messages] of outdated) console.log([path, ...messages].join('\n  '));
console.log(`${read} modules, ${twice} of them in both forms, ${inputs} inputs`);
console.log(`${unread.length} problems, ${outdated.size} templates that do not fit to their source`);
// A template that is out of date is a finding about the module; that it is one is for a person to see.
const allowed = Number(process.argv[2] ?? 0);
process.exit(unread.length === 0 && outdated.size <= allowed ? 0 : 1);
