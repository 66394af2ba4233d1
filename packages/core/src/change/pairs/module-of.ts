import { readCompiled } from '../../bicep/compiled/read.ts';
import { readSource } from '../../bicep/source/read.ts';
import type { Module } from '../../module/model.ts';
import type { Pair } from './pair.ts';

/** One side of a pair, read. */
export function moduleOf(content: Pair['before']): Module {
  if (typeof content !== 'string') return readCompiled(content, null);
  return readSource((path) => (path === 'main.bicep' ? content : undefined), 'main.bicep', null)!;
}
