/**
 * Bundles the program into `packages/cli/dist/program`, from where `bin/ashlar.js` runs it while no source is newer:
 * hundreds of modules in a dozen files start in less than half the time and need a fifth less memory. `npm ci` does this
 * by itself. Nothing depends on it: without a bundle the sources run as they are.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// As deep as `src/command`, for what is found relative to it.
const folder = `${root}packages/cli/dist/program`;

try {
  const { build } = await import('rolldown');
  await rm(folder, { recursive: true, force: true });
  await build({
    input: {
      main: `${root}packages/cli/src/main.ts`,
      // Worker threads: found by name, not by import.
      writer: `${root}packages/registry/src/store/metadata/sqlite/writer.ts`,
      reader: `${root}packages/registry/src/reading/reader.ts`,
    },
    platform: 'node',
    cwd: root,
    logLevel: 'warn',
    output: { dir: folder, format: 'esm' },
  });
} catch (error) {
  await rm(folder, { recursive: true, force: true });
  console.warn(`bundle: skipped, the sources run instead: ${error.message}`);
}
