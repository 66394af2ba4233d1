import { attributeOf, blocksOf, type PlacedBlock, textOf } from './block.ts';

/** What `precondition` and `postcondition` blocks say, in an order of their own. */
export function conditionsIn(blocks: readonly PlacedBlock[]): { conditions?: string[] } {
  const conditions = blocks
    .flatMap((block) => [...blocksOf(block, 'precondition'), ...blocksOf(block, 'postcondition')])
    .flatMap((block) => attributeOf(block, 'condition') ?? [])
    .map(textOf);
  return conditions.length === 0 ? {} : { conditions: conditions.sort() };
}
