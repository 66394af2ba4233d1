import { expect, it } from 'vitest';

import { shownAddress, withShownAddresses } from './shown-address.ts';

it.each([
  ['https://example.com/x.zip', 'https://example.com/x.zip'],
  ['https://example.com/x.zip?sig=SECRET#SECRET', 'https://example.com/x.zip'],
  ['https://user:SECRET@example.com:8443/x.zip', 'https://example.com:8443/x.zip'],
  ['https://user:SE@CRET@example.com/a@b', 'https://example.com/a@b'],
  ['git::https://SECRET@example.com/net.git?ref=v1', 'git::https://example.com/net.git'],
  ['git@example.com:net.git', 'git@example.com:net.git'],
  ['s3::https://bucket.example.com/x?token=SECRET', 's3::https://bucket.example.com/x'],
])('%s is shown as %s', (url, shown) => {
  expect(shownAddress(url)).toBe(shown);
});

it('hides secrets in a sentence', () => {
  const said =
    "unable to access 'https://user:SECRET@example.com/net.git/?sig=SECRET': no (see http://SECRET@b/c)";

  expect(withShownAddresses(said)).toBe(
    "unable to access 'https://example.com/net.git/': no (see http://b/c)",
  );
});
