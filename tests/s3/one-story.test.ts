/** The random commands of `tests/metamorphic` on a server whose content is in a bucket; fewer of them, as it is slower. */
process.env['ASHLAR_TEST_BLOBS'] = 's3';
process.env['ASHLAR_RUNS'] ??= '8';

await import('../metamorphic/one-story.test.ts');
