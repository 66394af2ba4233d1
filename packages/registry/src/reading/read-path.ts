export { isTerraformSource } from '@ashlar/core';

const readmePath = /^((?:modules|examples)\/[^/]+)\/readme\.md$/i;

/** The submodule or example that a README is of; that of the module itself is none. */
export function readmeFolder(path: string): string | undefined {
  return readmePath.exec(path)?.[1];
}
