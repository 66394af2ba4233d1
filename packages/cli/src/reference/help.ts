/** Below the help of commands that take references. */
export const referenceHelp = `
A module is named by one of these:
  modules/vnet, main.bicep, main.json, module.zip    folder, file, compiled template, zip or tar.gz
  git:REVISION:PATH                                  git:HEAD~1:modules/vnet; git:v1.2.0: is the root of the repository
  ADDRESS@VERSION                                    terraform/contoso/network/azurerm@1.2.0, of the Ashlar in use
  br:HOST/PATH:TAG, br/public:PATH:TAG               a Bicep module in any OCI registry
  oci://HOST/REPOSITORY?tag=TAG                      an OpenTofu module in any OCI registry; also with @sha256:…
  HOST/NAMESPACE/NAME/SYSTEM@VERSION                 a module in any Terraform registry
`;
