import type { ErrorEntry } from './catalogue.ts';

interface Name {
  name: string;
}
interface Ref {
  address: string;
  version: string;
}

interface Dishonesty {
  previous: string;
  declared: string;
  verdict: string;
  changes: string;
}

const refused = { status: 422, exit: 1 } as const;
const wrong = { status: 400, exit: 2 } as const;
const conflict = { status: 409, exit: 1 } as const;

export const moduleErrors = {
  'ASH-ADDRESS-INVALID': {
    ...wrong,
    message: ({ name, reason }: Name & { reason: string }) =>
      `"${name}" is not a module address: ${reason}. Write bicep/<namespace>/<path> or terraform/<namespace>/<name>/<system>.`,
  },
  'ASH-NAMESPACE-INVALID': {
    ...wrong,
    message: ({ name, reason }: Name & { reason: string }) => `"${name}" is not a namespace name: ${reason}.`,
  },
  'ASH-NAMESPACE-UNKNOWN': {
    status: 404,
    exit: 1,
    message: ({ name }: Name) =>
      `There is no namespace "${name}" that you may use. Ask an administrator to create it: ashlar namespace create ${name}`,
  },
  'ASH-NAMESPACE-EXISTS': {
    ...conflict,
    message: ({ name }: Name) => `The namespace "${name}" exists already.`,
  },
  'ASH-NAMESPACE-NOT-EMPTY': {
    ...conflict,
    message: ({ name }: Name) =>
      `The namespace "${name}" holds modules or artifacts, or once did. Only a namespace that never held any can be deleted, so that no version comes back with other content.`,
  },
  'ASH-VERSION-INVALID': {
    ...wrong,
    message: ({ version }: { version: string }) =>
      `"${version}" is not a version. Use Semantic Versioning without a leading v, for example 1.2.0.`,
  },
  'ASH-TAG-NOT-VERSION': {
    ...refused,
    message: ({ tag, address }: { tag: string; address: string }) =>
      `"${tag}" cannot be pushed to ${address}: in a module repository a tag is a version. Use Semantic Versioning without a leading v, for example 1.2.0; there are no floating tags such as latest.`,
  },
  'ASH-MODULE-UNKNOWN': {
    status: 404,
    exit: 1,
    message: ({ address }: { address: string }) =>
      `There is no module ${address} that you may read. List what there is: ashlar list`,
  },
  'ASH-VERSION-UNKNOWN': {
    status: 404,
    exit: 1,
    message: ({ address, version }: Ref) =>
      `There is no version ${version} of ${address}. List its versions: ashlar show ${address}`,
  },
  'ASH-VERSION-EXISTS': {
    ...conflict,
    message: ({ address, version, digest, pushed }: Ref & { digest: string; pushed: string }) =>
      `${address}@${version} exists already with other content and a version never changes: it is ${digest}, this is ${pushed}. Publish under a new version.`,
  },
  'ASH-VERSION-EQUAL-CONTENT': {
    ...conflict,
    message: ({ address, version, digest, pushed }: Ref & { digest: string; pushed: string }) =>
      `${address}@${version} exists already with the same content under another manifest: it is ${digest}, this is ${pushed}. Nothing needs to be published.`,
  },
  'ASH-VERSION-DELETED': {
    ...conflict,
    message: ({ address, version, digest, pushed }: Ref & { digest: string; pushed: string }) =>
      `${address}@${version} was deleted and only its own content (${digest}) may return, this is ${pushed}. Publish under a new version.`,
  },
  'ASH-VERSION-REVOKED': {
    status: 410,
    exit: 1,
    message: ({ sentence }: { sentence: string }) => sentence,
  },
  'ASH-STATE-TRANSITION': {
    ...conflict,
    message: ({ address, version, from, to }: Ref & { from: string; to: string }) =>
      `${address}@${version} is ${from} and cannot become ${to}.`,
  },
  'ASH-MODULE-LANGUAGE': {
    ...refused,
    message: ({ address, reason }: { address: string; reason: string }) =>
      `This cannot be published as ${address}: ${reason}.`,
  },
  'ASH-MODULE-UNREADABLE': {
    ...refused,
    message: ({ reason }: { reason: string }) =>
      `The module cannot be read: ${reason}. Correct this and publish again.`,
  },
  'ASH-MODULE-TOO-COMPLEX': {
    ...refused,
    message: ({ reason }: { reason: string }) =>
      `The module is too complex to be read: ${reason}. Make several smaller modules of it.`,
  },
  'ASH-MODULE-NO-MODEL': {
    status: 404,
    exit: 1,
    message: ({ address, version }: Ref) =>
      `Nothing is known about the content of ${address}@${version}: it could not be read, or is too large.`,
  },
  'ASH-VERSION-DISHONEST': {
    ...refused,
    message: ({ address, version, previous, declared, verdict, changes }: Ref & Dishonesty) =>
      `${address}@${version} is a ${declared} version after ${previous}, and what changed asks for a ${verdict} one: ${changes}. Publish it under a version that says so; this namespace takes no other.`,
  },
  'ASH-VERSION-DISHONEST-NEXT': {
    ...refused,
    message: ({
      address,
      version,
      next,
      declared,
      verdict,
      changes,
    }: Ref & Omit<Dishonesty, 'previous'> & { next: string }) =>
      `${address}@${next} is there, and after ${version} it would be a ${declared} version while what changes between them asks for a ${verdict} one: ${changes}. Publish it under a version after ${next}.`,
  },
  'ASH-BICEP-ARTIFACT': {
    ...refused,
    message: ({ reason }: { reason: string }) =>
      `This is not a Bicep module that clients could restore: ${reason}. Publish it with "bicep publish" or "ashlar publish".`,
  },
  'ASH-BICEP-TEMPLATE': {
    ...refused,
    message: ({ reason }: { reason: string }) =>
      `The compiled template is not usable: ${reason}. Compile the module again with "bicep build".`,
  },
  'ASH-TERRAFORM-ARTIFACT': {
    ...refused,
    message: ({ reason }: { reason: string }) =>
      `This is not a module that OpenTofu could install: ${reason}. Push it with: oras push --artifact-type=application/vnd.opentofu.modulepkg HOST/ADDRESS:VERSION module.zip:archive/zip`,
  },
  'ASH-ATTACHMENT-ONLY': {
    ...refused,
    message: ({ address }: { address: string }) =>
      `${address} is a module repository: push a version under its tag, or an attachment whose manifest names a subject.`,
  },
  'ASH-ARTIFACTS-DENIED': {
    status: 403,
    exit: 3,
    message: ({ name }: Name) =>
      `This registry takes modules only, and ${name} is not under bicep/ or terraform/. An administrator can set artifacts: allow.`,
  },
  'ASH-BICEP-NOT-FOUND': {
    ...wrong,
    message: ({ folder }: { folder: string }) =>
      `${folder} has main.bicep but no main.json, and no bicep command was found to compile it. Run "bicep build main.bicep" where bicep is installed, or put bicep in PATH.`,
  },
  'ASH-BICEP-COMPILE': {
    ...refused,
    message: ({ output }: { output: string }) => `bicep could not compile the module: ${output}`,
  },
} satisfies Record<string, ErrorEntry<never>>;
