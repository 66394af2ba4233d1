/**
 * How fast modules are read and compared, side by side with what else there is.
 *
 *     ASHLAR_CORPUS=DIR node bench/read.ts [--quick] [--only TEXT] [--rounds N]
 *
 * `DIR` is a folder with checkouts of real modules: of Azure/bicep-registry-modules, and of Terraform modules. With
 * `ASHLAR_TREE_SITTER=FOLDER`, where `web-tree-sitter` and `@tree-sitter-grammars/tree-sitter-hcl` are installed, tree-sitter
 * reads the same files; with `ASHLAR_HISTORY=REPOSITORY`, a clone of Azure/bicep-registry-modules with its tags, all its
 * versions are compared. All contestants read texts that are in memory, in turn, in one process.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseBicep, parseHcl, readTemplateText } from '@ashlar/core';

import { corpusFiles, printCommits } from '../tools/corpus/corpus.ts';
import { readReference } from '../tools/corpus/hcl2json.ts';
import { figure } from './measure/aim.ts';
import { readOptions } from './measure/command.ts';
import { type Cell, progress, report } from './measure/report.ts';
import { inRounds } from './measure/rounds.ts';
import { median, pairedRatio } from './measure/statistics.ts';
import type { CatalogueFigures } from './read-catalogue.ts';

const options = readOptions({ rounds: 5 }, { rounds: 1 });
const cli = fileURLToPath(new URL('../packages/cli/bin/ashlar.js', import.meta.url));

await run();

async function run(): Promise<void> {
  const { folder, files } = await corpusFiles(['.tf', '.bicep', 'main.json']);
  await printCommits(folder);
  const some = options.quick ? files.filter((_, index) => index % 20 === 0) : files;
  const texts = (ending: string) =>
    some.filter((file) => file.endsWith(ending)).map((file) => readFileSync(file, 'utf8'));
  const rows: Cell[][] = [];
  const wanted = (name: string) => name.includes(options.only);
  if (wanted('HCL')) rows.push(...(await hclRows(texts('.tf'))));
  if (wanted('template')) rows.push(await templateRow(texts('main.json')));
  if (wanted('Bicep')) rows.push(await bicepRow(texts('.bicep')));
  report('Reading', ['what', 'text', 'Ashlar', 'beside it', 'ratio'], rows);
  if (wanted('catalogue')) reportCatalogue();
  const history = process.env['ASHLAR_HISTORY'];
  if (wanted('history') && history !== undefined) reportHistory(history);
  if (wanted('start')) reportStart(some);
}

interface Reader {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

/** Megabytes a second of each reader, round by round. */
async function speeds(readers: readonly Reader[], texts: readonly string[]): Promise<number[][]> {
  const size = texts.reduce((sum, text) => sum + text.length, 0) / 1e6;
  const results = await inRounds(readers, options.rounds + 1, async ({ name, read }) => {
    progress(name);
    const began = performance.now();
    for (const text of texts) await read(text);
    return size / ((performance.now() - began) / 1000);
  });
  // The first round warms up.
  return readers.map((reader) => results.get(reader)!.slice(1));
}

async function hclRows(texts: readonly string[]): Promise<Cell[][]> {
  if (texts.length === 0) return [];
  const ours: Reader = { name: 'parseHcl', read: parseHcl };
  const others: Reader[] = [{ name: '@cdktn/hcl2json', read: async (text) => await readReference(text) }];
  const treeSitter = await treeSitterReader();
  if (treeSitter !== undefined) others.push(treeSitter);
  const [own, ...rest] = await speeds([ours, ...others], texts);
  return others.map(({ name }, index) => {
    const ratio = pairedRatio(own!, rest[index]!);
    const judged =
      index === 0
        ? { value: ratio, aim: { at: 'least', value: 10, unit: '×' } as const }
        : `${figure(ratio)} ×`;
    return ['HCL', textOf(texts), speedText(own!), `${name}: ${speedText(rest[index]!)}`, judged];
  });
}

async function templateRow(texts: readonly string[]): Promise<Cell[]> {
  const [own, json] = await speeds(
    [
      { name: 'template', read: (text) => readTemplateText(text, null) },
      { name: 'JSON.parse', read: (text) => JSON.parse(text) as unknown },
    ],
    texts,
  );
  const ratio = pairedRatio(own!, json!);
  return [
    'compiled template',
    textOf(texts),
    speedText(own!),
    `JSON.parse: ${speedText(json!)}`,
    { value: ratio, aim: { at: 'least', value: 0.5, unit: '×' } },
  ];
}

async function bicepRow(texts: readonly string[]): Promise<Cell[]> {
  const [own] = await speeds([{ name: 'parseBicep', read: parseBicep }], texts);
  return ['Bicep source', textOf(texts), speedText(own!), '–', '–'];
}

function textOf(texts: readonly string[]): string {
  return `${texts.length} files, ${figure(texts.reduce((sum, text) => sum + text.length, 0) / 1e6)} MB`;
}

function speedText(speed: readonly number[]): string {
  return `${figure(median(speed))} MB/s`;
}

interface TreeSitter {
  readonly Parser: {
    new (): { setLanguage(language: unknown): void; parse(text: string): { delete(): void } | null };
    init(): Promise<void>;
  };
  readonly Language: { load(path: string): Promise<unknown> };
}

/** tree-sitter with its grammar of Terraform, where it is installed. */
async function treeSitterReader(): Promise<Reader | undefined> {
  const folder = process.env['ASHLAR_TREE_SITTER'];
  if (folder === undefined) {
    progress('without tree-sitter: ASHLAR_TREE_SITTER names no folder');
    return undefined;
  }
  const require = createRequire(`${folder}/package.json`);
  const { Parser, Language } = (await import(require.resolve('web-tree-sitter'))) as TreeSitter;
  await Parser.init();
  const grammar = dirname(require.resolve('@tree-sitter-grammars/tree-sitter-hcl/package.json'));
  const parser = new Parser();
  parser.setLanguage(await Language.load(`${grammar}/tree-sitter-terraform.wasm`));
  return { name: 'tree-sitter', read: (text) => parser.parse(text)?.delete() };
}

function reportCatalogue(): void {
  const { modules, seconds, peak } = JSON.parse(printedBy('./read-catalogue.ts')) as CatalogueFigures;
  report(
    'The catalogue, read from source and template',
    ['modules', 'time', 'memory'],
    [
      [
        String(modules),
        { value: seconds, aim: { at: 'most', value: 5, unit: 's' } },
        { value: peak, aim: { at: 'most', value: 400, unit: 'MiB' } },
      ],
    ],
  );
}

/** All consecutive versions in the history of a repository, from their templates. */
function reportHistory(repository: string): void {
  const printed = printedBy('../tools/corpus/bicep-versions.ts', { ASHLAR_CORPUS: repository });
  const [, commit, pairs, modules, time] =
    /^(\w+): (\d+) pairs of (\d+) modules, ([\d.]+) ms each/.exec(printed) ?? [];
  report(
    `Comparing all consecutive versions that ${commit} has`,
    ['modules', 'pairs', 'time of a pair'],
    [[modules!, pairs!, `${time} ms`]],
  );
}

/** What a script prints, in a process of its own. @throws when it fails */
function printedBy(script: string, env: Readonly<Record<string, string>> = {}): string {
  return execFileSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url))], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

/** The whole command, from the start of its process. */
function reportStart(files: readonly string[]): void {
  const module = dirname(files.find((file) => file.endsWith('/main.bicep')) ?? files[0]!);
  const rows = [
    ['inspect', module, '--json'],
    ['diff', module, module, '--json'],
  ].map((args): Cell[] => {
    const times = Array.from({ length: options.rounds + 1 }, () => {
      const began = performance.now();
      spawnSync(process.execPath, [cli, ...args], { stdio: 'ignore' });
      return (performance.now() - began) / 1000;
    });
    return [
      `ashlar ${args[0]}`,
      { value: median(times.slice(1)), aim: { at: 'most', value: 0.25, unit: 's' } },
    ];
  });
  report('Cold start', ['command', 'time'], rows);
}
