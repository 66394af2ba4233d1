import type { Problem } from '../../module/model.ts';
import { attributeOf, blocksIn, labelOf, type PlacedBlock, problemAt } from './block.ts';
import { type Reference, referencesIn } from './reference.ts';

/** Where the blocks with a condition stand in a block, and what it cannot be about, or has to be. */
export function conditionProblems(placed: PlacedBlock): Problem[] {
  const within = (body: PlacedBlock['block']['body'], types: readonly string[]) =>
    types.flatMap((type) => blocksIn(body, type));
  const { body, type } = placed.block;
  switch (type.name) {
    case 'variable':
      return within(body, ['validation']).flatMap((block) =>
        validationProblems({ ...placed, block }, labelOf(placed)),
      );
    case 'output':
      return within(body, ['precondition']).flatMap((block) => constantProblems({ ...placed, block }));
    case 'check':
      return within(body, ['assert']).flatMap((block) => constantProblems({ ...placed, block }));
    case 'resource':
    case 'data':
    case 'ephemeral': {
      const own = [...(type.name === 'resource' ? [] : [type.name]), labelOf(placed), labelOf(placed, 1)];
      return within(body, ['lifecycle'])
        .flatMap((lifecycle) => within(lifecycle.body, ['precondition', 'postcondition']))
        .flatMap((block) => [
          ...constantProblems({ ...placed, block }),
          ...selfProblems({ ...placed, block }, own),
        ]);
    }
    default:
      return [];
  }
}

function constantProblems(placed: PlacedBlock): Problem[] {
  const found = attributeOf(placed, 'condition');
  if (found === undefined || referencesIn(found.expression).length > 0) return [];
  const message = 'this condition never changes: it has to refer to something of the module';
  return [problemAt(found.file, found.expression, message)];
}

function validationProblems(placed: PlacedBlock, name: string): Problem[] {
  const found = attributeOf(placed, 'condition');
  if (found === undefined || refersTo(found.expression, ['var', name])) return [];
  const message = `this condition says nothing about its variable: it has to refer to var.${name}`;
  return [problemAt(found.file, found.expression, message)];
}

function selfProblems(placed: PlacedBlock, own: Reference): Problem[] {
  return ['condition', 'error_message'].flatMap((name) => {
    const found = attributeOf(placed, name);
    if (found === undefined || !refersTo(found.expression, own)) return [];
    const message = `${own.join('.')} cannot refer to itself here: in a postcondition it is called self`;
    return [problemAt(found.file, found.expression, message)];
  });
}

function refersTo(expression: Parameters<typeof referencesIn>[0], target: Reference): boolean {
  return referencesIn(expression).some((names) => target.every((name, index) => names[index] === name));
}
