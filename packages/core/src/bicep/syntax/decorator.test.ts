import { expect, it } from 'vitest';

import { decoratorsNamed } from './decorator.ts';
import { parseBicep } from './file.ts';
import { outline } from './outline.ts';

it('finds decorators by name, with and without their namespace', () => {
  const text = `@description('a')
@secure()
@sys.description('b')
@az.description('c')
@description
param p string`;
  const [statement] = parseBicep(text).root.statements;

  expect(statement?.kind === 'param' && decoratorsNamed(statement, 'description').map(outline)).toEqual([
    'call(description, [string(["a"])])',
    'call(variable("sys"), description, [string(["b"])])',
  ]);
});
