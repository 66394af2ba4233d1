import { importDirection } from './import-direction.ts';
import { testRule } from './rule-tester.ts';

const core = 'packages/core/src/module/version.ts';
const catalogue = 'packages/registry/src/catalogue/module.ts';
const oci = 'packages/registry/src/protocol/oci/push.ts';
const folder = 'packages/registry/src/source/folder/scan.ts';

function layer(from: string, to: string): string {
  return `${from} must not import ${to}: packages depend in the order cli → portal → registry → core.`;
}

function notCore(to: string): string {
  return `core imports only itself, zod and types of node:, so that it runs anywhere. "${to}" is none of these.`;
}

const driver =
  'Only server/, maintenance/ and registry.ts of packages/registry/src choose a metadata driver. Import its port instead.';

testRule('import-direction', importDirection, {
  valid: [
    { path: catalogue, code: `import { parseVersion } from '@ashlar/core';` },
    { path: catalogue, code: `import fastify from 'fastify';` },
    { path: 'packages/portal/src/page.ts', code: `import { search } from '@ashlar/registry/catalogue';` },
    { path: 'packages/cli/src/main.ts', code: `import { page } from '@ashlar/portal';` },
    { path: core, code: `import { z } from 'zod'; import * as mini from 'zod/mini';` },
    {
      path: core,
      code: `import type { Buffer } from 'node:buffer'; import { type Readable } from 'node:stream';`,
    },
    { path: 'packages/core/src/module/version.test.ts', code: `import { readFileSync } from 'node:fs';` },
    { path: oci, code: `import { name } from './name.ts'; import { problem } from '../problem.ts';` },
    { path: 'packages/registry/src/protocol/index.ts', code: `import { oci } from './oci/index.ts';` },
    { path: folder, code: `import { tidy } from '../../intake/archive.ts';` },
    { path: catalogue, code: `import type { MetadataStore } from '../store/metadata/index.ts';` },
    {
      path: 'packages/registry/src/store/index.ts',
      code: `import { open } from './metadata/sqlite/index.ts';`,
    },
    {
      path: 'packages/registry/src/registry.ts',
      code: `import { open } from './store/metadata/sqlite/index.ts';`,
    },
    {
      path: 'packages/registry/src/server/start.ts',
      code: `import { open } from '../store/metadata/sqlite/index.ts';`,
    },
    {
      path: 'packages/registry/src/catalogue/module.test.ts',
      code: `import '../store/metadata/sqlite/index.ts';`,
    },
    {
      path: 'packages/registry/src/catalogue/module.test.ts',
      code: `import '../../../../tests/support/run.ts';`,
    },
    { path: 'tests/registry/start.ts', code: `import '@ashlar/registry/store/metadata/sqlite';` },
    { path: 'tools/release/notes.ts', code: `import { main } from '@ashlar/cli';` },
  ],
  invalid: [
    { path: core, code: `import { start } from '@ashlar/registry';`, messages: [layer('core', 'registry')] },
    {
      path: core,
      code: `import type { Store } from '@ashlar/registry';`,
      messages: [layer('core', 'registry')],
    },
    { path: core, code: `import '../../../registry/src/index.ts';`, messages: [layer('core', 'registry')] },
    { path: catalogue, code: `export * from '@ashlar/portal';`, messages: [layer('registry', 'portal')] },
    { path: catalogue, code: `await import('@ashlar/cli');`, messages: [layer('registry', 'cli')] },
    {
      path: 'packages/portal/src/page.ts',
      code: `import '@ashlar/cli';`,
      messages: [layer('portal', 'cli')],
    },
    { path: 'packages/cli/src/main.ts', code: `import '@ashlar/extra';`, messages: [layer('cli', 'extra')] },
    { path: core, code: `import { createHash } from 'node:crypto';`, messages: [notCore('node:crypto')] },
    { path: core, code: `import { parse } from 'yaml';`, messages: [notCore('yaml')] },
    {
      path: catalogue,
      code: `import { run } from '../../../../tests/support/run.ts';`,
      messages: ['Packages must not import tests/support/run.ts, which is not part of the product.'],
    },
    {
      path: oci,
      code: `import { token } from '../acr/token.ts';`,
      messages: [
        'protocol/oci must not import protocol/acr: move what both need to the folder above or to the catalogue.',
      ],
    },
    {
      path: folder,
      code: `import type { Pull } from '@ashlar/registry/source/oci';`,
      messages: [
        'source/folder must not import source/oci: move what both need to the folder above or to intake.',
      ],
    },
    { path: catalogue, code: `import { open } from '../store/metadata/sqlite/open.ts';`, messages: [driver] },
    {
      path: 'packages/cli/src/main.ts',
      code: `import '@ashlar/registry/store/metadata/sqlite';`,
      messages: [driver],
    },
  ],
});
