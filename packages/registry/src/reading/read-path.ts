const sourcePath = /^(?:(?:modules|examples)\/[^/]+\/)?[^/]+\.(?:tf|tofu)(?:\.json)?$/;
const readmePath = /^((?:modules|examples)\/[^/]+)\/readme\.md$/i;

/** Whether the model of a Terraform module is made of a file. */
export function isTerraformSource(path: string): boolean {
  return sourcePath.test(path);
}

/** The submodule or example that a README is of; that of the module itself is none. */
export function readmeFolder(path: string): string | undefined {
  return readmePath.exec(path)?.[1];
}
