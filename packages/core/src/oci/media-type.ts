/** Media types of the OCI image specification 1.1, of Bicep artifacts and of OpenTofu module packages. */
export const mediaType = {
  imageManifest: 'application/vnd.oci.image.manifest.v1+json',
  imageIndex: 'application/vnd.oci.image.index.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  emptyJson: 'application/vnd.oci.empty.v1+json',
  bicepModule: 'application/vnd.ms.bicep.module.artifact',
  bicepConfig: 'application/vnd.ms.bicep.module.config.v1+json',
  bicepTemplate: 'application/vnd.ms.bicep.module.layer.v1+json',
  bicepSource: 'application/vnd.ms.bicep.module.source.v1.tar+gzip',
  opentofuModule: 'application/vnd.opentofu.modulepkg',
  zip: 'archive/zip',
} as const;

/** Annotation keys of the OCI image specification that Ashlar reads or writes. */
export const annotation = {
  created: 'org.opencontainers.image.created',
  description: 'org.opencontainers.image.description',
  documentation: 'org.opencontainers.image.documentation',
  source: 'org.opencontainers.image.source',
  title: 'org.opencontainers.image.title',
  url: 'org.opencontainers.image.url',
} as const;
