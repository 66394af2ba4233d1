import { testRule } from './rule-tester.ts';
import { tsExtension } from './ts-extension.ts';

// The rule looks for the files on disk: these examples live beside its own.
const path = 'tools/lint/example.ts';

function wanted(name: string): string {
  return `Relative imports carry the extension of the file: write "${name}".`;
}

testRule('ts-extension', tsExtension, {
  valid: [
    { path, code: `import { gateway } from './gateway.ts';` },
    { path, code: `import { later } from './not-written-yet.ts';` },
    { path, code: `import settings from './settings.json' with { type: 'json' };` },
    { path, code: `import { main } from '../../packages/cli/bin/ashlar.js';` },
    { path, code: `import { z } from 'zod'; import 'node:fs'; import '@ashlar/core';` },
  ],
  invalid: [
    {
      path,
      code: `import { gateway } from './gateway';`,
      messages: [wanted('./gateway.ts')],
      output: `import { gateway } from './gateway.ts';`,
    },
    {
      path,
      code: `export * from './gateway.js';`,
      messages: [wanted('./gateway.ts')],
      output: `export * from './gateway.ts';`,
    },
    {
      path,
      code: `import type { Version } from '../../packages/core/src';`,
      messages: [wanted('../../packages/core/src/index.ts')],
      output: `import type { Version } from '../../packages/core/src/index.ts';`,
    },
    {
      path,
      code: `await import('./gateway.test');`,
      messages: [wanted('./gateway.test.ts')],
      output: `await import('./gateway.test.ts');`,
    },
    {
      path,
      code: `import { nothing } from './nowhere';`,
      messages: ['Relative imports carry the extension of the file; "./nowhere" has none.'],
    },
  ],
});
