import type { Output } from '../module/model.ts';
import { typeText } from '../module/type-text.ts';
import type { Found } from './found.ts';
import type { ComparisonFor } from './input.ts';
import { knownTypes } from './known-type.ts';
import { namedParts } from './named-part.ts';
import { compareSlots } from './type-difference.ts';

/** Compares what users get; `at` begins each path. */
export function compareOutputs(
  before: readonly Output[],
  after: readonly Output[],
  at: string,
  comparisonFor: ComparisonFor<'output'>,
  found: Found[],
): void {
  const { both, removed, added } = namedParts(before, after, comparisonFor('output', at).findRenames);
  for (const [output, other] of both) {
    const path = `${at}outputs.${output.name}`;
    if (output.name !== other.name) {
      found.push({ rule: 'output-renamed', path, before: output.name, after: other.name });
    }
    const comparison = comparisonFor('output', path);
    const [was, is] = comparison.language === 'terraform' ? knownOutputs(output, other) : [output, other];
    compareSlots(path, was, is, comparison);
    compareDetails(path, output, other, found);
  }
  for (const output of removed) {
    const path = `${at}outputs.${output.name}`;
    found.push({ rule: 'output-removed', path, before: typeText(output.type, output) });
  }
  for (const output of added) {
    const path = `${at}outputs.${output.name}`;
    found.push({ rule: 'output-added', path, after: typeText(output.type, output) });
  }
}

function knownOutputs(before: Output, after: Output): readonly [before: Output, after: Output] {
  const [was, is] = knownTypes(before.type, after.type);
  return [
    { ...before, type: was },
    { ...after, type: is },
  ];
}

function compareDetails(path: string, before: Output, after: Output, found: Found[]): void {
  if (before.ephemeral !== after.ephemeral) {
    const [was, is] = [before.ephemeral ?? false, after.ephemeral ?? false];
    found.push({ rule: 'output-ephemeral', path, before: was, after: is });
  }
  if (JSON.stringify(before.conditions) !== JSON.stringify(after.conditions)) {
    found.push({ rule: 'condition-changed', path, before: before.conditions, after: after.conditions });
  }
  if (before.deprecated !== after.deprecated) {
    found.push({ rule: 'output-deprecated', path, before: before.deprecated, after: after.deprecated });
  }
}
