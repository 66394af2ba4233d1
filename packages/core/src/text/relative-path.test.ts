import { expect, it } from 'vitest';

import { pathFrom } from './relative-path.ts';

it.each([
  ['', './modules/net', 'modules/net'],
  ['', 'net', 'net'],
  ['modules/net', '../peer/', 'modules/peer'],
  ['modules/net', '../..', ''],
  ['modules', '../../x', undefined],
])('from "%s" to "%s" is %j', (folder, path, found) => {
  expect(pathFrom(folder, path)).toBe(found);
});
