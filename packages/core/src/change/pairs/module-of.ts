import { readCompiled } from '../../bicep/compiled/read.ts';
import { readSource } from '../../bicep/source/read.ts';
import type { Module } from '../../module/model.ts';
import { readTerraform } from '../../terraform/source/read.ts';
import type { Pair } from './pair.ts';

/** One side of a pair in Bicep, read. */
export function bicepModule(content: Pair['before']): Module {
  if (typeof content !== 'string') return readCompiled(content, null);
  return readSource((path) => (path === 'main.bicep' ? content : undefined), 'main.bicep', null)!;
}

/** One side of a pair in Terraform: its only file, or its files by path. */
export function terraformModule(content: Pair['before']): Module {
  const texts = (typeof content === 'string' ? { 'main.tf': content } : content) as Record<string, string>;
  return readTerraform({ paths: Object.keys(texts), textOf: (path) => texts[path]! }, null)!;
}
