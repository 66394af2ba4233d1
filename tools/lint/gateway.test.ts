import { gateway } from './gateway.ts';
import { testRule } from './rule-tester.ts';

const path = 'packages/registry/src/intake/limit.ts';

function problem(what: string, name: string): string {
  return `${what} is a side effect. Use packages/registry/src/gateway/${name}.ts.`;
}

testRule('gateway', gateway, {
  valid: [
    { path, code: `import type { ReadStream } from 'node:fs';` },
    { path, code: `import { type Server } from 'node:http';` },
    { path, code: `export type { Socket } from 'node:net';` },
    { path, code: `import { createHash, type webcrypto } from 'node:crypto'; createHash('sha256');` },
    { path, code: `import { setTimeout } from 'node:timers/promises'; await setTimeout(1);` },
    { path, code: `import { readFile } from '../gateway/file-system.ts'; readFile('a');` },
    { path, code: `export const day = new Date(0);` },
    { path, code: `export function load(fetch: (url: string) => unknown) { return fetch('a'); }` },
    { path, code: `export type Fetch = typeof fetch; export type Bound = ReturnType<typeof fetch>;` },
    { path, code: `export function cut(Math: { random(): number }) { return Math.random(); }` },
    {
      path,
      code: `export const plan = { fetch: true }; plan.fetch; export interface Port { fetch(): void }`,
    },
    { path, code: `import { random } from '../gateway/random.ts'; random.randomBytes(4);` },
    { path: 'packages/registry/src/gateway/clock.ts', code: `export const now = () => Date.now();` },
    {
      path: 'packages/registry/src/gateway/file-system.ts',
      code: `import { open } from 'node:fs/promises'; open('a');`,
    },
    {
      path: 'packages/registry/src/gateway/http.ts',
      code: `import { request } from 'undici'; request('a'); fetch('b');`,
    },
    {
      path: 'packages/registry/src/gateway/random.ts',
      code: `import { randomBytes } from 'node:crypto'; randomBytes(4);`,
    },
    { path: 'packages/registry/src/intake/limit.test.ts', code: `Date.now();` },
    { path: 'packages/registry/src/store/blob/blob-store.suite.ts', code: `import 'node:fs';` },
    { path: 'tests/terraform/init.ts', code: `fetch('a');` },
    { path: 'bench/pull.ts', code: `performance.now();` },
    { path: 'packages/cli/bin/ashlar.js', code: `import { existsSync } from 'node:fs'; existsSync('a');` },
  ],
  invalid: [
    { path, code: `Date.now();`, messages: [problem('Date.now', 'clock')] },
    { path, code: `const now = Date.now; now();`, messages: [problem('Date.now', 'clock')] },
    { path, code: `new Date();`, messages: [problem('new Date()', 'clock')] },
    { path, code: `Date();`, messages: [problem('Date()', 'clock')] },
    { path, code: `performance.now();`, messages: [problem('performance.now', 'clock')] },
    {
      path,
      code: `import { performance } from 'node:perf_hooks'; performance.now();`,
      messages: [problem('performance', 'clock')],
    },
    { path, code: `Math.random();`, messages: [problem('Math.random', 'random')] },
    { path, code: `Math['random']();`, messages: [problem('Math.random', 'random')] },
    { path, code: `crypto.randomUUID();`, messages: [problem('crypto.randomUUID', 'random')] },
    {
      path,
      code: `globalThis.crypto.getRandomValues(bytes);`,
      messages: [problem('crypto.getRandomValues', 'random')],
    },
    {
      path,
      code: `import { createHash, randomBytes as bytes } from 'node:crypto'; createHash('a'); bytes(4);`,
      messages: [problem('randomBytes', 'random')],
    },
    {
      path,
      code: `import * as c from 'crypto'; c.randomUUID();`,
      messages: [problem('crypto.randomUUID', 'random')],
    },
    { path, code: `await fetch('a');`, messages: [problem('fetch', 'http')] },
    { path, code: `await globalThis.fetch('a');`, messages: [problem('fetch', 'http')] },
    { path, code: `export const port = { fetch };`, messages: [problem('fetch', 'http')] },
    { path, code: `export const load = fetch as Loader;`, messages: [problem('fetch', 'http')] },
    { path, code: `new WebSocket('ws://a');`, messages: [problem('WebSocket', 'http')] },
    {
      path,
      code: `import { open } from 'node:fs/promises';`,
      messages: [problem('node:fs/promises', 'file-system')],
    },
    { path, code: `import fs, { type Stats } from 'fs';`, messages: [problem('fs', 'file-system')] },
    { path, code: `import 'node:fs';`, messages: [problem('node:fs', 'file-system')] },
    { path, code: `export { open } from 'node:fs';`, messages: [problem('node:fs', 'file-system')] },
    { path, code: `export * from 'node:fs';`, messages: [problem('node:fs', 'file-system')] },
    { path, code: `await import('node:https');`, messages: [problem('node:https', 'http')] },
    { path, code: `import net from 'node:net';`, messages: [problem('node:net', 'http')] },
    { path, code: `import { Agent } from 'undici';`, messages: [problem('undici', 'http')] },
    {
      path: 'packages/cli/src/command/login.ts',
      code: `import { readFileSync } from 'node:fs';`,
      messages: [problem('node:fs', 'file-system')],
    },
    {
      path: 'packages/registry/src/gateway/clock.ts',
      code: `Date.now(); Math.random();`,
      messages: [problem('Math.random', 'random')],
    },
    {
      path: 'packages/registry/src/gateway/http/agent.ts',
      code: `fetch('a');`,
      messages: [problem('fetch', 'http')],
    },
  ],
});
