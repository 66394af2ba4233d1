import { expect, it } from 'vitest';

import { isLoopback } from './loopback.ts';

it.each([
  ['http://127.0.0.1:1', true],
  ['http://127.9.9.9', true],
  ['http://[::1]:1', true],
  ['http://localhost', true],
  ['http://127.0.0.1.example', false],
  ['http://10.0.0.1', false],
])('%s is of this machine: %s', (url, expected) => expect(isLoopback(url)).toBe(expected));
