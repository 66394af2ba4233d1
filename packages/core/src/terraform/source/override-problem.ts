import type { Problem } from '../../module/model.ts';
import { attributesOf, blocksIn, type PlacedBlock, problemAt } from './block.ts';

/** Blocks that stand for themselves, so that there is nothing to change. */
const notOverridden = ['moved', 'import', 'check'];

/** Blocks with a condition. */
const conditionTypes = ['validation', 'precondition', 'postcondition'];

/** Types of blocks in which Terraform reads `depends_on`. */
const dependentTypes = ['resource', 'data', 'ephemeral', 'module', 'output'];

/** What an override file cannot change. */
export function overrideProblems({ block, file }: PlacedBlock): Problem[] {
  const refuse = (node: Parameters<typeof problemAt>[1], name: string) =>
    problemAt(file, node, `an override file cannot have "${name}"`);
  if (notOverridden.includes(block.type.name)) return [refuse(block.type, block.type.name)];
  const bodies = [block.body, ...blocksIn(block.body, 'lifecycle').map(({ body }) => body)];
  const conditions = bodies.flatMap((body) => conditionTypes.flatMap((type) => blocksIn(body, type)));
  const dependencies = attributesOf(block.body).filter(
    ({ name, value }) =>
      name.name === 'depends_on' &&
      dependentTypes.includes(block.type.name) &&
      (value.kind !== 'tuple' || value.items.length > 0),
  );
  return [
    ...conditions.map(({ type }) => refuse(type, type.name)),
    ...dependencies.map(({ name }) => refuse(name, name.name)),
  ];
}
