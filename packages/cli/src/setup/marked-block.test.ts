import { expect, it } from 'vitest';

import { putBlock, withoutBlock, withoutBlocks } from './marked-block.ts';

const id = 'http://a:1';
const mine = '# my own\nplugin_cache_dir = "/tmp"\n';

it('adds a block, replaces it and takes it out again', () => {
  const first = putBlock(mine, { id, content: 'one' });
  const second = putBlock(`${first}\n# after\n`, { id, content: 'two' });

  expect(first).toMatch(
    /^# my own\nplugin_cache_dir = "\/tmp"\n\n# >>> ashlar http:\/\/a:1 >>> .*\none\n# <<< ashlar http:\/\/a:1 <<<\n$/,
  );
  expect(second).toContain('two');
  expect(second).not.toContain('one');
  expect(second).toMatch(/# after\n$/);
  expect(putBlock(second, { id, content: 'two' })).toBe(second);
  expect(withoutBlock(first, id).trimEnd()).toBe(mine.trimEnd());
});

it('keeps the blocks of servers apart, also when one name begins with the other', () => {
  const both = putBlock(putBlock('', { id, content: 'one' }), { id: 'http://a:12', content: 'two' });

  expect(withoutBlock(both, id)).not.toContain('one');
  expect(withoutBlock(both, id)).toContain('two');
  expect(withoutBlocks(`${both}${mine}`).trim()).toBe(mine.trim());
});

it('leaves a block without end alone', () => {
  const broken = `# >>> ashlar ${id} >>>\nhost "x" {}\n`;

  expect(putBlock(broken, { id, content: 'one' })).toContain('host "x" {}');
});
