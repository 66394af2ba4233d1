/**
 * Runs all benchmarks, one after another, and prints the machine and every table; fails when an aim is missed.
 *
 *     npm run bench [-- --quick | --write]
 *
 * With --write the tables also take the place of those in README.md.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { machineText } from './measure/machine.ts';
import { progress } from './measure/report.ts';

const benchmarks = ['figures', 'pull', 'push', 'terraform', 'lists'];
const [begin, end] = ['<!-- figures: npm run bench -- --write -->', '<!-- end of figures -->'];
const args = process.argv.slice(2);
const isWritten = args.includes('--write');

await runNode('../tools/bundle.js', []);
const parts = [await machineText()];
console.log(parts[0]);
for (const name of benchmarks) {
  progress(`\n# ${name}`);
  const { code, output } = await runNode(
    `${name}.ts`,
    args.filter((arg) => arg !== '--write'),
  );
  console.log(output);
  parts.push(output.trim());
  if (code !== 0) process.exitCode = 1;
}
if (isWritten) await writeTables(parts.join('\n\n'));

async function runNode(script: string, more: readonly string[]): Promise<{ code: number; output: string }> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([
    text(child.stdout),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code: code ?? 1, output };
}

async function writeTables(tables: string): Promise<void> {
  const readme = new URL('README.md', import.meta.url);
  const page = await readFile(readme, 'utf8');
  const [before, rest] = page.split(begin) as [string, string];
  const [, after] = rest.split(end) as [string, string];
  await writeFile(readme, `${before}${begin}\n\n${tables}\n\n${end}${after}`);
}
