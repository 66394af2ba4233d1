import { expect, it } from 'vitest';

import { processorTime } from '../../../../tests/support/processor-time.ts';
import { loggedUrl } from './log.ts';

it.each([
  ['/v2/contoso/x/tags/list?n=5', '/v2/contoso/x/tags/list?n=5'],
  ['/a?token=b&n=5', '/a?[hidden]&n=5'],
  ['/a/eyJhbGciOiJIUzI1NiJ9.e30.c2ln/b', '/a/[ticket]/b'],
  ['/a/eyJhbGciOiJIUzI1NiJ9/b', '/a/[ticket]/b'],
  ['/v2/x/blobs/uploads/abc', '/v2/x/blobs/uploads/[ticket]'],
])('%s is logged as %s', (url, logged) => {
  expect(loggedUrl(url)).toBe(logged);
});

it('takes no longer than it takes to read a hostile path', () => {
  const taken = processorTime();

  loggedUrl(`/${'-eyJ'.repeat(16_000)}`);

  expect(taken()).toBeLessThan(1_000);
});
