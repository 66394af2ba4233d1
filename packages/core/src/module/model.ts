import type { Language, ModuleClass } from './address.ts';
import type { Constraints, Default, Type } from './type.ts';

/**
 * Everything that Ashlar knows about the content of a module: what users give and get, and what it does to the world.
 * It is JSON as it stands, the same for each language; `docs/reference/module.schema.json` is its schema.
 */
export interface Module {
  /** Of this shape; another one gets another number. */
  readonly model: 1;
  readonly language: Language;
  /** Null when neither path nor name tells. */
  readonly class: ModuleClass | null;
  /** What it calls itself: `metadata name` in Bicep. */
  readonly name?: string;
  readonly description?: string;
  /** What was read: the sources, or what a compiler made of them. */
  readonly form: 'source' | 'compiled';
  readonly interface: ModuleInterface;
  readonly footprint: Footprint;
  /** Modules below `modules/`, which can be used by themselves. */
  readonly submodules: readonly Submodule[];
  /**
   * Modules elsewhere in it that are called by path, from here, from a submodule or from another of them, and are not meant to be
   * used by themselves; Terraform alone. Undefined is not known: models of before do not have them.
   */
  readonly internals?: readonly Submodule[];
  readonly examples: readonly Submodule[];
  /** What could not be read, or does not fit together; the rest of the model stands without it. */
  readonly problems: readonly Problem[];
}

export interface ModuleInterface {
  /** `resourceGroup`, `subscription`, `managementGroup`, `tenant`; Bicep alone. */
  readonly scopes?: readonly string[];
  readonly inputs: readonly Input[];
  readonly outputs: readonly Output[];
  readonly types: readonly NamedType[];
  readonly functions: readonly ModuleFunction[];
  /** Variables that others may import; Bicep alone. */
  readonly variables?: readonly ModuleVariable[];
}

export interface Input extends Constraints {
  readonly name: string;
  readonly type: Type;
  /** As it is written in the language of the module: `roleAssignmentType[]?`, `map(string)`. */
  readonly typeText: string;
  /** Whether the module cannot be used without giving it. */
  readonly required: boolean;
  readonly default?: Default;
  readonly description?: string;
  readonly ephemeral?: true;
  readonly deprecated?: string;
  /** All of them; what can be understood of them is among the constraints as well. */
  readonly validations?: readonly Validation[];
  /** Whether a validation refuses null although the type takes it (`nullable`). */
  readonly nullRefused?: true;
  readonly at?: Place;
}

export interface Validation {
  /** In one line and one spelling, however it is laid out. */
  readonly condition: string;
  readonly message?: string;
}

export interface Output extends Constraints {
  readonly name: string;
  /** Of Terraform as far as the sources tell it; what only running the module tells is `any`. */
  readonly type: Type;
  readonly typeText?: string;
  readonly description?: string;
  readonly ephemeral?: true;
  readonly deprecated?: string;
  /** What has to hold: of `precondition` blocks, as it is written. */
  readonly conditions?: readonly string[];
  readonly at?: Place;
}

export interface NamedType extends Constraints {
  readonly name: string;
  readonly type: Type;
  readonly exported: boolean;
  readonly description?: string;
  /** Where it was declared, when elsewhere. */
  readonly importedFrom?: { readonly source: string; readonly name?: string };
  readonly at?: Place;
}

export interface ModuleFunction {
  /** With its namespace unless that is the one of users: `sayHello`. */
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly type: Type }[];
  readonly returns: Type;
  /** What it makes of its parameters. */
  readonly value?: Default;
  readonly exported: boolean;
  readonly description?: string;
  readonly at?: Place;
}

export interface ModuleVariable {
  readonly name: string;
  /** When it is declared. */
  readonly type?: Type;
  /** Absent where it cannot be told, as of a loop in a template. */
  readonly value?: Default;
  readonly description?: string;
  readonly at?: Place;
}

export interface Footprint {
  readonly resources: readonly ResourceUse[];
  /** Of Terraform `data` blocks. */
  readonly data: readonly ResourceUse[];
  readonly ephemeral: readonly ResourceUse[];
  readonly modules: readonly ModuleCall[];
  /** Terraform providers and Bicep extensions. */
  readonly providers: readonly ProviderUse[];
  /** Which versions of the program that runs it: `>= 1.9, < 2.0`. */
  readonly requiredVersion?: string;
  readonly roleAssignments: readonly RoleAssignment[];
  readonly escapeHatches: readonly EscapeHatch[];
  /** What reports the use of the module to its makers. */
  readonly telemetry: readonly Telemetry[];
  /** Terraform's `moved`, `removed` and `import` blocks. */
  readonly moves: readonly { readonly from: string; readonly to: string }[];
  readonly removals: readonly { readonly from: string; readonly destroy: boolean }[];
  readonly imports: readonly { readonly to: string }[];
  readonly checks: readonly string[];
}

export interface ResourceUse {
  /** How the module calls it: `keyVault`, `azapi_resource.this`. */
  readonly address: string;
  /** `Microsoft.KeyVault/vaults`, `azurerm_key_vault`. */
  readonly type: string;
  readonly apiVersion?: string;
  /** Read, not made. */
  readonly existing?: true;
  readonly conditional?: true;
  readonly repeated?: true;
  /** What its Terraform addresses are made of. */
  readonly instances?: 'count' | 'for_each';
  /** How many there are, when `count` is written out. */
  readonly count?: number;
  /** The keys of `for_each`, when they are written out. */
  readonly keys?: readonly string[];
  /** The configuration of a provider, when another one than that of its type: `azurerm.hub`. */
  readonly provider?: string;
  /** What has to hold before and after: of `precondition` and `postcondition` blocks, as it is written. */
  readonly conditions?: readonly string[];
  /** Deployed by a module that is part of the template. */
  readonly within?: string;
  readonly publicNetworkAccess?: string;
  /** What happens to who is in no rule of `networkAcls`: `Allow`, `Deny`. */
  readonly networkDefaultAction?: string;
  readonly lifecycle?: Lifecycle;
  readonly at?: Place;
}

export interface Lifecycle {
  readonly preventDestroy?: true;
  readonly createBeforeDestroy?: true;
  /** `all`, or what is ignored. */
  readonly ignoreChanges?: 'all' | readonly string[];
  readonly replaceTriggeredBy?: readonly string[];
}

export interface ModuleCall {
  readonly name: string;
  /** A path, a registry address or a URL; absent where compiling lost it. */
  readonly source?: string;
  readonly version?: string;
  readonly conditional?: true;
  readonly repeated?: true;
  readonly instances?: 'count' | 'for_each';
  readonly count?: number;
  readonly keys?: readonly string[];
  /** The configurations of providers that are passed in: `azurerm = azurerm.hub`. */
  readonly providers?: readonly string[];
  readonly within?: string;
  readonly at?: Place;
}

export interface ProviderUse {
  readonly name: string;
  readonly source?: string;
  /** As it is written: `~> 4.0`. */
  readonly version?: string;
  readonly configurationAliases?: readonly string[];
  /** Whether the module says itself how the provider works, which Terraform allows no module that is called several times. */
  readonly configured?: true;
}

export interface RoleAssignment {
  readonly address: string;
  readonly within?: string;
  /** The name or id of the role when it is written out, or the expression. */
  readonly role?: string;
}

export interface Telemetry {
  readonly address: string;
  readonly within?: string;
  /** What names the module in the report: `46d3xbcp.res.keyvault-vault`. */
  readonly prefix?: string;
  /** The version that it reports, where it is written out. */
  readonly version?: string;
}

export interface EscapeHatch {
  readonly kind:
    | 'provisioner'
    | 'external-data'
    | 'deployment-script'
    | 'local-file'
    | 'http-data'
    | 'local-command';
  readonly address: string;
  readonly within?: string;
  readonly at?: Place;
}

export interface Submodule {
  readonly path: string;
  readonly interface: ModuleInterface;
  readonly footprint: Footprint;
}

/** In a file of the module; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Problem {
  readonly message: string;
  readonly at?: Place;
}
