const sourcePath = /^(?:[^/]+\/)*[^/]+\.(?:tf|tofu)(?:\.json)?$/;
/** What programs keep for themselves: copies of other modules, objects of git. */
const ownFolder = /(?:^|\/)(?:\.git|\.terraform|node_modules)\//;

/** Whether the model of a Terraform module may be made of a file. In which folders that is so, only its module calls tell. */
export function isTerraformSource(path: string): boolean {
  return sourcePath.test(path) && !ownFolder.test(path);
}
