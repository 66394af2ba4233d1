import { ashlarError } from '../error/index.ts';
import { limits } from '../limit/index.ts';
import { isRepositoryName, parseRepositoryName, type RepositoryName } from '../oci/name.ts';
import { normaliseVersion, type Version } from './version.ts';

export type Language = 'bicep' | 'terraform';
export type ModuleClass = 'resource' | 'pattern' | 'utility';
/** Lower-case name of a namespace. */
export type NamespaceName = string & { readonly __brand: 'NamespaceName' };

/** Where a module lives: its OCI repository name, in parts. */
export interface BicepAddress {
  readonly language: 'bicep';
  readonly repository: RepositoryName;
  readonly namespace: NamespaceName;
  /** The segments after the namespace. */
  readonly path: readonly string[];
}

export interface TerraformAddress {
  readonly language: 'terraform';
  readonly repository: RepositoryName;
  readonly namespace: NamespaceName;
  /** Namespace, name and system as their owner spells them; clients compare them without case. */
  readonly spelling: { readonly namespace: string; readonly name: string; readonly system: string };
}

export type ModuleAddress = BicepAddress | TerraformAddress;

/** What a repository is for: the versions of one module, or plain artifacts. */
export type Repository =
  | {
      readonly kind: 'module';
      readonly name: RepositoryName;
      readonly namespace: NamespaceName;
      readonly module: ModuleAddress;
    }
  | { readonly kind: 'plain'; readonly name: RepositoryName; readonly namespace: NamespaceName };

// OciArtifactReferenceFacts.cs of Azure/bicep: stricter than OCI.
const bicepSegment = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
// terraform-registry-address module.go.
const terraformName = /^[0-9A-Za-z](?:[0-9A-Za-z_-]*[0-9A-Za-z])?$/;
const terraformSystem = /^[0-9a-z]+$/;
const maxPartLength = limits.terraformName.value;
const maxNamespaceLength = limits.namespaceName.value;
/** `/v1/modules/search` belongs to the search of the Terraform registry API; the other two name the languages. */
const reservedNamespaces = ['search', 'bicep', 'terraform'];

/** @throws ASH-NAMESPACE-INVALID */
export function parseNamespaceName(text: string): NamespaceName {
  const invalid = (reason: string) =>
    ashlarError('ASH-NAMESPACE-INVALID', { name: text.slice(0, 100), reason });
  const name = text.toLowerCase();
  if (name.length > maxNamespaceLength) throw invalid(`it is longer than ${maxNamespaceLength} characters`);
  // Before it is folded: some letters outside ASCII have a lower case inside.
  if (!/^[\x20-\x7e]*$/.test(text) || !isRepositoryName(name) || name.includes('/')) {
    throw invalid('use letters and digits, joined by single . _ or -');
  }
  if (reservedNamespaces.includes(name)) throw invalid('the name is reserved');
  return name as string as NamespaceName;
}

/**
 * Reads `bicep/<namespace>/<path…>` or `terraform/<namespace>/<name>/<system>`.
 * Terraform spelling is kept; the repository name is its lower-case form.
 * @throws ASH-ADDRESS-INVALID
 */
export function parseAddress(text: string): ModuleAddress {
  const [language, ...rest] = text.split('/');
  if (language === 'bicep') return parseBicep(text, rest);
  if (language === 'terraform') return parseTerraform(text, rest);
  throw invalidAddress(text, 'it does not start with bicep/ or terraform/');
}

/** The address of a Terraform module from the parts that clients write. @throws ASH-ADDRESS-INVALID */
export function terraformAddress(namespace: string, name: string, system: string): TerraformAddress {
  return parseTerraform(`terraform/${namespace}/${name}/${system}`, [namespace, name, system]);
}

/**
 * Reads an OCI repository name and says what it is for. Everything under `bicep/` and `terraform/` is a module
 * repository; a malformed name there is refused.
 * @throws ASH-REPOSITORY-INVALID ASH-ADDRESS-INVALID ASH-NAMESPACE-INVALID
 */
export function parseRepository(text: string): Repository {
  const name = parseRepositoryName(text);
  const first = name.split('/', 1)[0]!;
  if (first === 'bicep' || first === 'terraform') {
    const module = parseAddress(name);
    return { kind: 'module', name, namespace: module.namespace, module };
  }
  return { kind: 'plain', name, namespace: parseNamespaceName(first) };
}

export interface VersionReference {
  readonly address: ModuleAddress;
  readonly version: Version;
}

/**
 * Reads `ADDRESS@VERSION`; the version may be written as `v1.2`.
 * @throws ASH-ADDRESS-INVALID ASH-VERSION-INVALID
 */
export function parseVersionReference(text: string): VersionReference {
  const at = text.lastIndexOf('@');
  if (at < 0) throw invalidAddress(text, 'the version is missing; write ADDRESS@VERSION');
  return { address: parseAddress(text.slice(0, at)), version: normaliseVersion(text.slice(at + 1)) };
}

/** The class that a name states (`res`, `ptn`, `utl` in a Bicep path; `avm-res-…` in Terraform), if it states one. */
export function classOf(address: ModuleAddress): ModuleClass | undefined {
  const mark =
    address.language === 'bicep'
      ? address.path.find((segment) => Object.hasOwn(classMarks, segment))
      : /^avm-(res|ptn|utl)-/.exec(address.spelling.name.toLowerCase())?.[1];
  return mark === undefined ? undefined : classMarks[mark];
}

const classMarks: Record<string, ModuleClass> = { res: 'resource', ptn: 'pattern', utl: 'utility' };

function parseBicep(text: string, rest: string[]): BicepAddress {
  const [namespace, ...path] = rest;
  if (namespace === undefined || path.length === 0) {
    throw invalidAddress(
      text,
      'a Bicep module has a namespace and a path: bicep/contoso/res/network/virtual-network',
    );
  }
  for (const segment of rest) {
    if (bicepSegment.test(segment)) continue;
    throw invalidAddress(
      text,
      `"${segment.slice(0, 100)}" is not a segment that Bicep takes; use lower-case letters and digits, joined by single . _ or -`,
    );
  }
  const repository = addressRepository(text, ['bicep', ...rest]);
  return { language: 'bicep', repository, namespace: addressNamespace(text, namespace), path };
}

function parseTerraform(text: string, rest: string[]): TerraformAddress {
  const [namespace, name, system] = rest;
  if (rest.length !== 3 || !namespace || !name || !system) {
    throw invalidAddress(
      text,
      'a Terraform module has a namespace, a name and a system: terraform/contoso/network/azurerm',
    );
  }
  for (const part of [namespace, name]) {
    if (part.length <= maxPartLength && terraformName.test(part)) continue;
    throw invalidAddress(
      text,
      `"${part.slice(0, 100)}" is not a name that Terraform takes; use 1 to ${maxPartLength} letters, digits, - and _, with a letter or digit at both ends`,
    );
  }
  if (system.length > maxPartLength || !terraformSystem.test(system)) {
    throw invalidAddress(
      text,
      `"${system.slice(0, 100)}" is not a system; use lower-case letters and digits, for example azurerm`,
    );
  }
  const repository = addressRepository(text, ['terraform', ...rest]);
  return {
    language: 'terraform',
    repository,
    namespace: addressNamespace(text, namespace),
    spelling: { namespace, name, system },
  };
}

function addressRepository(text: string, segments: string[]): RepositoryName {
  const name = segments.join('/').toLowerCase();
  if (isRepositoryName(name)) return name;
  throw invalidAddress(
    text,
    name.length > limits.repositoryName.value
      ? `it is longer than ${limits.repositoryName.value} characters`
      : 'it cannot be an OCI repository name; do not mix - and _ or repeat _ more than twice',
  );
}

function addressNamespace(text: string, namespace: string): NamespaceName {
  const name = namespace.toLowerCase();
  if (name.length > maxNamespaceLength) {
    throw invalidAddress(text, `its namespace is longer than ${maxNamespaceLength} characters`);
  }
  if (reservedNamespaces.includes(name)) throw invalidAddress(text, `the namespace "${name}" is reserved`);
  return name as NamespaceName;
}

function invalidAddress(text: string, reason: string) {
  return ashlarError('ASH-ADDRESS-INVALID', { name: text.slice(0, 300), reason });
}
