import { readFileSync } from '../gateway/file-system.ts';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The version of this program. */
export const productVersion = manifest.version;
