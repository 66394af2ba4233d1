/** Writes the pages of `docs/reference` that are made of the code: `node tools/docs/generate.ts`. */
import { mkdir, writeFile } from 'node:fs/promises';

import { generatedPages } from './pages.ts';

for (const { path, text } of generatedPages()) {
  const file = new URL(`../../${path}`, import.meta.url);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, text);
  console.log(path);
}
