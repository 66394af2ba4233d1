/**
 * Reads every Bicep module below `ASHLAR_CORPUS`, from source and from its template, and prints {@link CatalogueFigures} as JSON:
 * a process of its own, because memory is that of a process.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { readModule } from '@ashlar/core';

import { corpusFiles } from '../tools/corpus/corpus.ts';

export interface CatalogueFigures {
  /** Modules in both forms. */
  readonly modules: number;
  readonly seconds: number;
  /** MiB of memory, at most. */
  readonly peak: number;
}

const { files } = await corpusFiles(['.bicep', 'main.json']);
const began = performance.now();
const modules = readCatalogue();
const seconds = (performance.now() - began) / 1000;
const peak = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ modules, seconds, peak } satisfies CatalogueFigures));

function readCatalogue(): number {
  const known = new Set(files);
  const folders = files.filter((file) => file.endsWith('/main.bicep')).map((file) => `${dirname(file)}/`);
  return folders.filter((folder) => known.has(`${folder}main.json`) && readFolder(folder)).length;
}

function readFolder(folder: string): boolean {
  const paths = files.filter((file) => file.startsWith(folder)).map((file) => file.slice(folder.length));
  const reading = readModule({ paths, textOf: (path) => readFileSync(folder + path, 'utf8') });
  return reading?.source !== undefined && reading.compiled !== undefined;
}
