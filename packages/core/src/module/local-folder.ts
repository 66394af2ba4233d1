import { pathFrom } from '../text/relative-path.ts';

/**
 * The folder inside of a module that a call in one of its folders leads to by a path; undefined for what is elsewhere. The
 * root is empty.
 */
export function localFolder(folder: string, source: string | undefined): string | undefined {
  return source !== undefined && /^\.\.?\//.test(source) ? pathFrom(folder, source) : undefined;
}
