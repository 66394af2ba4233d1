import type { SyntaxNode, SyntaxTree } from '@ashlar/core';
import fc from 'fast-check';

import { brokenPromises } from '../../../packages/core/src/syntax/soundness.ts';

/** Texts of tokens, valid ones with a part exchanged, and tokens that repeat for a long time. */
export function texts(tokens: readonly string[], valid: string): fc.Arbitrary<string> {
  const token = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...tokens) },
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  const some = (maxLength: number) => fc.array(token, { maxLength }).map((parts) => parts.join(''));
  const place = fc.nat({ max: valid.length });
  return fc.oneof(
    some(40),
    fc
      .tuple(place, fc.nat({ max: 20 }), some(3))
      .map(([start, length, instead]) => valid.slice(0, start) + instead + valid.slice(start + length)),
    fc
      .tuple(some(2), some(4), fc.nat({ max: 5_000 }), some(2))
      .map(([first, part, times, last]) => first + part.repeat(times) + last),
  );
}

/** @throws when parsing takes longer than is promised: 100 ms for 10 KB, and as much for what is shorter */
export function timed<Result>(text: string, parse: () => Result): Result {
  const allowed = 100 * Math.max(1, text.length / 10_000);
  // Whatever else the machine does takes time too, so that one in three tries is enough.
  for (let tries = 1; ; tries++) {
    const started = performance.now();
    const result = parse();
    const took = performance.now() - started;
    if (took <= allowed) return result;
    if (tries === 3) throw new Error(`${took} ms for ${text.length} characters`);
  }
}

/** @throws when nodes are out of place, or the tree does not print as its text */
export function expectSound(tree: SyntaxTree<SyntaxNode>): void {
  const broken = brokenPromises(tree);
  if (broken.length > 0) throw new Error(broken.join('; '));
}
