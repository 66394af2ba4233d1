import { afterAll, describe, expect, it } from 'vitest';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

import { run } from '../support/run.ts';
import { networkTerraform, workplace } from './command.ts';

const place = workplace();
afterAll(() => place.remove());

const main = pathToFileURL(resolve(import.meta.dirname, '../../packages/cli/src/main.ts')).href;

/** Prints the addresses of all modules that were loaded, behind what the command prints. */
const listing = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const urls = [];
  registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
  process.on('exit', () => process.stderr.write(urls.join('\\n')));
`)}`;

describe('a command that reads what is here', () => {
  it.each([
    ['inspect', ['inspect', 'net']],
    ['diff', ['diff', 'net', 'net']],
    ['docs', ['docs', 'net', '--check']],
  ])('%s loads nothing of the server and no network', async (_, args) => {
    place.write({ 'net/main.tf': networkTerraform });
    const script = `import(${JSON.stringify(main)}).then(({ main }) => main(${JSON.stringify(args)}))`;

    const { stderr } = await run(process.execPath, ['--import', listing, '--eval', script], {
      cwd: place.path,
    });

    const loaded = stderr.split('\n').filter((url) => url.startsWith('file:'));
    const packages = loaded.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
    const ofRegistry = loaded.flatMap((url) => /packages\/registry\/src\/(.+)$/.exec(url)?.[1] ?? []);
    expect([...new Set(packages)]).toEqual(['commander']);
    expect(ofRegistry).toEqual(['gateway/file-system.ts']);
    expect(stderr).not.toMatch(/^node:https?$/m);
  });
});
