const sourcePath = /^(?:(?:modules|examples)\/[^/]+\/)?[^/]+\.(?:tf|tofu)(?:\.json)?$/;

/** Whether the model of a Terraform module is made of a file: one of its own, of a submodule or of an example. */
export function isTerraformSource(path: string): boolean {
  return sourcePath.test(path);
}
