/**
 * `ASHLAR_CORPUS=DIR node tools/corpus/hcl-specsuite.ts`, where DIR is or holds hashicorp/hcl: its specification's own test
 * files and the seeds of its fuzzing are accepted and refused alike. Ends with exit code 1 when one is not, or when there is
 * none; `--if-there` leaves that alone. `--list` names each.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import {
  bodyOfJson,
  type Hcl,
  hclLiteralValue as literalValue,
  parseHcl,
  parseHclExpression,
  parseHclJson,
  parseHclTemplate,
  type SyntaxProblem,
} from '@ashlar/core';

import { corpusFiles, printCommits } from './corpus.ts';
import { readReference } from './hcl2json.ts';

interface Verdict {
  readonly accepted: boolean;
  readonly expected: boolean;
  /** Anything else that differs. */
  readonly remark?: string;
}

/** Seeds that are no files are valid texts, each of its own kind. A traversal is an expression. */
const seedParsers: Readonly<Record<string, (text: string) => readonly SyntaxProblem[]>> = {
  FuzzParseExpression: (text) => parseHclExpression(text).problems,
  FuzzParseTemplate: (text) => parseHclTemplate(text).problems,
  FuzzParseTraversalAbs: (text) => parseHclExpression(text).problems,
  FuzzParse: (text) => bodyOfJson(parseHclJson(text), { blocks: {} }).problems,
};

const { values } = parseArgs({
  options: { list: { type: 'boolean', default: false }, 'if-there': { type: 'boolean', default: false } },
});
const { folder, files } = await corpusFiles(['']);
if (!values['if-there']) await printCommits(folder);
let judged = 0;
let wrong = 0;
for (const file of files) {
  const name = file.slice(folder.length + 1);
  const verdict = await judge(name, await readFile(file, 'utf8'));
  if (verdict === undefined) continue;
  judged++;
  const { accepted, expected, remark } = verdict;
  const isWrong = accepted !== expected || remark !== undefined;
  if (isWrong) wrong++;
  if (!isWrong && !values.list) continue;
  const word = accepted ? 'accepted' : 'refused';
  console.log(
    `${accepted === expected ? word : `WRONGLY ${word}`}: ${name}${remark === undefined ? '' : `: ${remark}`}`,
  );
}
console.log(`${judged} test files of HCL itself, ${wrong} not as HCL has them`);
if (wrong > 0 || (judged === 0 && !values['if-there'])) process.exitCode = 1;

async function judge(name: string, text: string): Promise<Verdict | undefined> {
  const [, seeds] = /testdata\/fuzz\/([^/]+)\//.exec(name) ?? [];
  const parseSeed = seeds === undefined ? undefined : seedParsers[seeds];
  if (parseSeed !== undefined) return { accepted: parseSeed(seedOf(text)).length === 0, expected: true };
  if (seeds === 'FuzzParseConfig') return await judgeFile(name, seedOf(text));
  if (!name.includes('specsuite/tests/')) return undefined;
  if (name.endsWith('.json'))
    return { accepted: bodyOfJson(parseHclJson(text), { blocks: {} }).problems.length === 0, expected: true };
  return await judgeFile(name, text);
}

async function judgeFile(name: string, text: string): Promise<Verdict> {
  const { problems } = parseHcl(text);
  const reference = await readReference(text);
  const expected = 'form' in reference || reference.unconverted;
  const verdict = { accepted: problems.length === 0, expected };
  const remark = expected ? undefined : await misplaced(name, text, problems);
  return remark === undefined ? verdict : { ...verdict, remark };
}

/** A seed of Go's fuzzing: a line that says so, and a string that is written as in Go. */
function seedOf(text: string): string {
  const [, quoted = '""'] = /^\[\]byte\((".*")\)$/m.exec(text) ?? [];
  return JSON.parse(quoted) as string;
}

/** The first problem is where the specification expects the first error, if it says where. */
async function misplaced(
  name: string,
  text: string,
  problems: readonly SyntaxProblem[],
): Promise<string | undefined> {
  const description = `${folder}/${name.replace(/\.hcl$/, '.t')}`;
  if (!existsSync(description) || problems[0] === undefined) return undefined;
  const expected = firstError(parseHcl(await readFile(description, 'utf8')).root);
  const found = Buffer.byteLength(text.slice(0, problems[0].start));
  return expected === undefined || expected === found
    ? undefined
    : `told at byte ${found}, expected at ${expected}`;
}

/** `byte` of the first `diagnostics`, `error`, `from`. */
function firstError(body: Hcl.Body): number | undefined {
  let inner: Hcl.Body | undefined = body;
  for (const type of ['diagnostics', 'error', 'from']) inner = inner && blockIn(inner, type);
  const byte = inner?.items.find((item) => item.kind === 'attribute' && item.name.name === 'byte');
  const value = byte?.kind === 'attribute' ? literalValue(byte.value)?.value : undefined;
  return typeof value === 'number' ? value : undefined;
}

function blockIn({ items }: Hcl.Body, type: string): Hcl.Body | undefined {
  const block = items.find((item) => item.kind === 'block' && item.type.name === type);
  return block?.kind === 'block' ? block.body : undefined;
}
