/**
 * Reads every Bicep module below a folder twice, from its source and from the template that was compiled from it, and
 * compares what both say. A difference is explained when the text of the other form does not hold the name at all: then that
 * form is out of date, and no reader could find it there.
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
if (files.length === 0) {
  console.error(`No module (main.bicep) lies below ${folder}.`);
  process.exit(2);
}
let [read, twice, inputs] = [0, 0, 0];
const unread: string[] = [];
const outdated = new Map<string, string[]>();
let unexplained = 0;
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
  const differences = module.problems
    .map(({ message }) => message)
    .filter((message) => message.startsWith('main.json is out of date: '));
  if (differences.length === 0) continue;
  const texts = ['main.bicep', 'main.json'].map((name) => readFileSync(join(directory, name), 'utf8'));
  unexplained += differences.filter((message) => !isExplained(message, texts as [string, string])).length;
  outdated.set(shown, differences);
}
for (const each of unread) console.log(each);
for (const [path, messages] of outdated) console.log([path, ...messages].join('\n  '));
console.log(`${read} modules, ${twice} of them in both forms, ${inputs} inputs`);
console.log(`${unread.length} problems, ${outdated.size} templates that do not fit to their source`);
console.log(`${unexplained} differences that are not explained by a text that lacks the name`);
process.exit(unread.length === 0 && unexplained === 0 ? 0 : 1);

/** Whether the text that should not have what a difference is about does not have it: looked for without any parser. */
function isExplained(
  message: string,
  [source, template]: readonly [source: string, template: string],
): boolean {
  const [, what, name, where] = /the (.+) (\S+) is in the (source|template) and not in/.exec(message) ?? [];
  if (what === undefined || name === undefined) return false;
  const [type, version] = name
    .split('@', 2)
    .map((each) => each.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const isResource = what === 'resource';
  if (where === 'template') {
    const pattern = isResource ? `'${type}@${version}'` : `^(?:param|output|type)\\s+${type}\\b`;
    return !new RegExp(pattern, 'im').test(source);
  }
  const pattern = isResource ? `"type":\\s*"${type}",\\s*"apiVersion":\\s*"${version}"` : `"${type}":\\s*\\{`;
  return !new RegExp(pattern, 'i').test(template);
}
