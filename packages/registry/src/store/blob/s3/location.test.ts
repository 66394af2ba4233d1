import { describe, expect, test } from 'vitest';

import { parseS3Url, type S3Location } from './location.ts';

const plain: S3Location = {
  bucket: 'modules',
  prefix: '',
  region: undefined,
  endpoint: undefined,
  forcePathStyle: false,
};

test.each<[string, Partial<S3Location>]>([
  ['s3://modules', {}],
  ['s3://modules/', {}],
  ['s3://my.bucket-2', { bucket: 'my.bucket-2' }],
  [`s3://${'a'.repeat(63)}`, { bucket: 'a'.repeat(63) }],
  ['s3://modules/a/B_1.2', { prefix: 'a/B_1.2' }],
  ['s3://modules/a/b/', { prefix: 'a/b' }],
  [`s3://modules/${'p'.repeat(512)}`, { prefix: 'p'.repeat(512) }],
  ['s3://modules?region=eu-central-1', { region: 'eu-central-1' }],
  [
    's3://modules/a?endpoint=https://minio.example.com:9000/',
    { prefix: 'a', endpoint: 'https://minio.example.com:9000', forcePathStyle: true },
  ],
  [
    's3://modules?endpoint=http%3A%2F%2F127.0.0.1%3A9000%2Fstorage&force-path-style=false',
    { endpoint: 'http://127.0.0.1:9000/storage', forcePathStyle: false },
  ],
  ['s3://modules?force-path-style=true', { forcePathStyle: true }],
])('reads %s', (url, expected) => {
  expect(parseS3Url(url)).toEqual({ ...plain, ...expected });
});

describe('refuses', () => {
  const noAddress = 'the value is not an address that starts with s3://';
  const endpoint = 'the endpoint is not an address that starts with https:// or http://';

  test.each([
    ['', noAddress],
    ['modules', noAddress],
    ['https://modules.s3.amazonaws.com', noAddress],
    ['s3:/modules', noAddress],
    ['s3://modules#a', noAddress],
    ['s3://', '"" is not the name of a bucket'],
    ['s3://ab', '"ab" is not the name of a bucket'],
    [`s3://${'a'.repeat(64)}`, `"${'a'.repeat(64)}" is not the name of a bucket`],
    ['s3://Modules', '"Modules" is not the name of a bucket'],
    ['s3://a..b', '"a..b" is not the name of a bucket'],
    ['s3://modules:9000', '"modules:9000" is not the name of a bucket'],
    ['s3://modules//a', '"/a" is not a usable prefix'],
    ['s3://modules/a//b', '"a//b" is not a usable prefix'],
    ['s3://modules/../b', '"../b" is not a usable prefix'],
    ['s3://modules/a%20b', '"a%20b" is not a usable prefix'],
    [`s3://modules/${'p'.repeat(513)}`, `"${'p'.repeat(80)}" is not a usable prefix`],
    ['s3://modules?region=', '"" is not a region'],
    ['s3://modules?region=EU', '"EU" is not a region'],
    ['s3://modules?region=a-b&region=c-d', 'region is there twice'],
    ['s3://modules?endpoint=minio:9000', endpoint],
    ['s3://modules?endpoint=https://', endpoint],
    ['s3://modules?endpoint=https://a/?b=c', 'the endpoint has a query or fragment'],
    ['s3://modules?force-path-style=yes', 'force-path-style=yes is not possible'],
    ['s3://modules?acl=public', 'there is no "acl" in it'],
  ])('%j', (url, reason) => {
    expect(parseS3Url(url)).toEqual({ reason, fix: expect.stringMatching(/^[A-Z].+\.$/s) });
  });

  test.each([
    ['s3://AKIAEXAMPLE:hush-hush@modules', 'the address holds a user or password'],
    ['s3://hush-hush@modules/a', 'the address holds a user or password'],
    ['https://me:hush-hush@example.com', 'the address holds a user or password'],
    [
      's3://modules?endpoint=https://me:hush-hush@minio',
      'the address holds a user or password in its endpoint',
    ],
    ['s3://modules?secret-access-key=hush-hush', 'the address holds credentials'],
    ['s3://modules?accessKeyId=hush-hush', 'the address holds credentials'],
    ['s3://modules?AWS_SESSION_TOKEN=hush-hush', 'the address holds credentials'],
  ])('credentials, and does not repeat them: %j', (url, reason) => {
    const wrong = parseS3Url(url);
    expect(wrong).toMatchObject({ reason, fix: expect.stringContaining('AWS_ACCESS_KEY_ID') });
    expect(JSON.stringify(wrong)).not.toContain('hush');
  });
});
