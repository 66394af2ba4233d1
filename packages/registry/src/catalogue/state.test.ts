import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../tests/support/processor-time.ts';
import type { VersionRow } from '../store/metadata/index.ts';
import { latestVersion, stateSentence, stateSentences, terraformVersions } from './state.ts';

/** Rows from `1.0.0 -1.1.0 ~1.2.0`: `-` is revoked, `~` deprecated. */
function rows(text: string): VersionRow[] {
  return text.split(' ').map((word) => {
    const state = word.startsWith('-') ? 'revoked' : word.startsWith('~') ? 'deprecated' : 'admitted';
    return {
      repository: 'terraform/contoso/net/azurerm',
      version: word.replace(/^[-~]/, ''),
      state,
      reason: null,
      link: null,
      replacement: null,
      sunset_at: null,
    } as VersionRow;
  });
}

const numbers = (found: readonly VersionRow[]) => found.map(({ version }) => version).join(' ');

describe('terraformVersions', () => {
  it.each([
    ['1.10.0 1.9.0 1.0.0', '1.0.0 1.9.0 1.10.0'],
    ['1.0.0 -1.1.0 1.2.0', '1.0.0 1.1.0 1.2.0'],
    ['1.0.0 -1.1.0 ~1.2.0', '1.0.0 1.1.0 1.2.0'],
    ['1.0.0 1.1.0 -1.2.0', '1.0.0 1.1.0'],
    ['1.0.0 -1.1.0 -1.2.0', '1.0.0'],
    ['-1.0.0', ''],
    // A range would pick the revoked release: it never picks the pre-release above.
    ['1.0.0 -1.1.0 2.0.0-beta.1', '1.0.0 2.0.0-beta.1'],
    ['1.0.0 -1.1.0 2.0.0-beta.1 2.0.0', '1.0.0 1.1.0 2.0.0-beta.1 2.0.0'],
    ['-1.0.0-rc.1 1.0.0-rc.2', '1.0.0-rc.1 1.0.0-rc.2'],
    ['1.0.0-rc.1 -1.0.0-rc.2', '1.0.0-rc.1'],
  ])('of %s are %s', (given, expected) => {
    expect(numbers(terraformVersions(rows(given)))).toBe(expected);
  });
});

describe('latestVersion', () => {
  it.each([
    ['1.0.0 1.10.0 1.9.0', '1.10.0'],
    ['1.0.0 2.0.0-rc.1', '1.0.0'],
    ['1.0.0-rc.1 1.0.0-rc.2', '1.0.0-rc.2'],
    ['1.0.0 -1.1.0', '1.0.0'],
    ['1.0.0 ~1.1.0', '1.1.0'],
    ['-1.0.0', undefined],
  ])('of %s is %s', (given, expected) => {
    expect(latestVersion(rows(given))?.version).toBe(expected);
  });
});

describe('what to use instead', () => {
  it.each([
    ['1.0.0 -1.1.0 1.2.0 1.3.0', '1.1.0', '1.2.0'],
    ['0.9.0 1.0.0 -1.1.0', '1.1.0', '1.0.0'],
    ['1.0.0 -1.1.0 ~1.2.0', '1.1.0', '1.0.0'],
    ['1.0.0 -1.1.0 2.0.0-rc.1', '1.1.0', '1.0.0'],
    ['-1.0.0 2.0.0-rc.1', '1.0.0', '2.0.0-rc.1'],
    ['-1.0.0 ~1.1.0', '1.0.0', undefined],
  ])('in %s to %s is %s', (given, version, expected) => {
    const all = rows(given);
    const sentence = stateSentence(
      all.find((row) => row.version === version)!,
      all,
    );

    expect(/ Use (\S+) instead\.$/.exec(sentence!)?.[1]).toBe(expected);
  });
});

describe('stateSentence', () => {
  const name = 'terraform/contoso/net/azurerm@1.0.0';

  it.each([
    ['1.0.0', {}, undefined],
    ['-1.0.0', {}, `${name} was revoked.`],
    ['-1.0.0 1.1.0', { reason: 'It is broken. ' }, `${name} was revoked: It is broken. Use 1.1.0 instead.`],
    [
      '-1.0.0 1.1.0',
      { reason: 'Broken', link: 'https://contoso.example', replacement: '2.0.0' },
      `${name} was revoked: Broken. Use 2.0.0 instead. See https://contoso.example`,
    ],
    [
      '~1.0.0 1.1.0',
      { reason: 'Old', sunset_at: Date.UTC(2030, 0, 2) },
      `${name} is deprecated and should not be used after 2030-01-02: Old. Use 1.1.0 instead.`,
    ],
  ])('of %s with %o is %s', (given, words, expected) => {
    const [first, ...others] = rows(given);
    const row = { ...first!, ...words };
    expect(stateSentence(row, [row, ...others])).toBe(expected);
  });
});

describe('stateSentences', () => {
  const many = rows(Array.from({ length: 4000 }, (_, i) => `${i % 2 ? '~' : ''}1.${i}.0`).join(' '));

  it('are those of each version alone', () => {
    const some = many.slice(0, 40);
    expect(some.map(stateSentences(some))).toEqual(some.map((row) => stateSentence(row, some)));
  });

  it('of 4,000 versions of which half are deprecated do not take long', () => {
    const taken = processorTime();
    const sentences = many.map(stateSentences(many));
    // It was 2.2 s when all were sorted for each, and is 20 ms.
    expect(taken()).toBeLessThan(1_000);
    expect(sentences.filter((sentence) => sentence !== undefined)).toHaveLength(2000);
    expect(sentences[1001]).toBe(
      'terraform/contoso/net/azurerm@1.1001.0 is deprecated. Use 1.1002.0 instead.',
    );
  });
});
