import type { ChangeClass, ChangeKind } from './change.ts';

export interface Rule {
  readonly class: ChangeClass;
  readonly kind: ChangeKind;
  /** What it is, and why it has its class. */
  readonly about: string;
}

function rule(kind: ChangeKind, changeClass: ChangeClass, about: string): Rule {
  return { kind, class: changeClass, about };
}

/** Inputs, and the properties of their types: what users write. */
const input = {
  'input-required-added': rule(
    'added',
    'breaking',
    'A new input that has to be given: who uses the module does not give it.',
  ),
  'input-optional-added': rule(
    'added',
    'additive',
    'A new input that may be given: leaving it out does what was done before.',
  ),
  'input-removed': rule('removed', 'breaking', 'An input that is gone: who gives it is refused.'),
  'input-renamed': rule(
    'renamed',
    'breaking',
    'An input that is gone while one like it is new, probably the same under another name.',
  ),
  'input-required': rule('narrowed', 'breaking', 'An input that could be left out has to be given.'),
  'input-optional': rule('widened', 'additive', 'An input that had to be given can be left out.'),
  'input-nullable-removed': rule('narrowed', 'breaking', 'An input does not take null any more.'),
  'input-nullable-added': rule('widened', 'additive', 'An input takes null as well.'),
  'input-null-means-default': rule(
    'changed',
    'behaviour',
    'Terraform: null now stands for the default of a variable, or does not any more (`nullable`).',
  ),
  'input-type-narrowed': rule('narrowed', 'breaking', 'The type of an input takes fewer values.'),
  'input-type-widened': rule('widened', 'additive', 'The type of an input takes more values.'),
  'input-type-changed': rule('changed', 'breaking', 'The type of an input takes other values.'),
  'input-type-converted': rule(
    'changed',
    'behaviour',
    'The type of an input is another one to which the old values are converted: a list and a set.',
  ),
  'input-type-source': rule(
    'changed',
    'behaviour',
    'The type of an input is taken from elsewhere, or from another version: of a module, or of the API of a resource.',
  ),
  'input-allowed-narrowed': rule('narrowed', 'breaking', 'A value that was allowed is refused.'),
  'input-allowed-widened': rule('widened', 'additive', 'More values are allowed.'),
  'input-allowed-changed': rule(
    'changed',
    'breaking',
    'Other values are allowed, and some that were are refused.',
  ),
  'input-range-narrowed': rule(
    'narrowed',
    'breaking',
    'A number or a length that was within the bounds is refused.',
  ),
  'input-range-widened': rule('widened', 'additive', 'The bounds of a number or a length are further apart.'),
  'input-range-changed': rule('changed', 'breaking', 'The bounds of a number or a length lie elsewhere.'),
  'input-pattern-added': rule('narrowed', 'breaking', 'A text has to match a pattern.'),
  'input-pattern-removed': rule('widened', 'additive', 'A text does not have to match a pattern any more.'),
  'input-pattern-widened': rule('widened', 'additive', 'A text has to match a pattern that takes more.'),
  'input-pattern-narrowed': rule('narrowed', 'breaking', 'A text has to match a pattern that takes less.'),
  'input-pattern-changed': rule(
    'changed',
    'breaking',
    'A text has to match another pattern: some that did does not, or whether it does cannot be told.',
  ),
  'input-validation-added': rule('narrowed', 'breaking', 'A value is checked that was not.'),
  'input-validation-removed': rule('widened', 'additive', 'A value is not checked any more.'),
  'input-validation-changed': rule(
    'changed',
    'behaviour',
    'A value is checked in another way; whether more or less is refused cannot be told.',
  ),
  'input-secure-added': rule('changed', 'behaviour', 'A value is treated as a secret.'),
  'input-secure-removed': rule('changed', 'behaviour', 'A value is not treated as a secret any more.'),
  'input-ephemeral-added': rule('changed', 'behaviour', 'A value is not kept in plans and states any more.'),
  'input-ephemeral-removed': rule(
    'changed',
    'breaking',
    'A value is kept in plans and states: who gives an ephemeral one is refused.',
  ),
  'input-default-changed': rule(
    'changed',
    'behaviour',
    'What is done when an input is left out is something else.',
  ),
  'input-deprecated': rule('changed', 'additive', 'An input is deprecated, or not any more; it still works.'),
  'input-description': rule('changed', 'internal', 'The description of an input.'),
} as const satisfies Record<string, Rule>;

/** Outputs, and the properties of their types: what users read. Here fewer values are better than more. */
const output = {
  'output-added': rule('added', 'additive', 'A new output.'),
  'output-removed': rule('removed', 'breaking', 'An output that is gone: who reads it fails.'),
  'output-renamed': rule(
    'renamed',
    'breaking',
    'An output that is gone while one like it is new, probably the same under another name.',
  ),
  'output-property-added': rule('added', 'additive', 'An output has one more property.'),
  'output-property-removed': rule('removed', 'breaking', 'A property of an output is gone.'),
  'output-nullable-added': rule(
    'widened',
    'breaking',
    'An output can be null: who reads it does not expect that.',
  ),
  'output-nullable-removed': rule('narrowed', 'additive', 'An output is never null any more.'),
  'output-type-widened': rule('widened', 'breaking', 'An output can have values that it never had.'),
  'output-type-narrowed': rule('narrowed', 'additive', 'An output has fewer of the values that it had.'),
  'output-type-changed': rule(
    'changed',
    'breaking',
    'An output has values of another type. Of Terraform it is found out what the sources tell without running them; nothing is said about a type, or a part of one, that is not known in both versions.',
  ),
  'output-type-source': rule(
    'changed',
    'behaviour',
    'The type of an output is taken from elsewhere, or from another version: of a module, or of the API of a resource.',
  ),
  'output-secure-added': rule(
    'changed',
    'breaking',
    'An output is a secret: who passes it on has to treat it as one.',
  ),
  'output-secure-removed': rule('changed', 'behaviour', 'An output is not a secret any more, and is shown.'),
  'output-ephemeral': rule(
    'changed',
    'breaking',
    'An output is ephemeral, or not any more: it can be used in other places only.',
  ),
  'output-limits': rule(
    'changed',
    'internal',
    'What is said about the values of an output: lengths, numbers, patterns.',
  ),
  'output-deprecated': rule(
    'changed',
    'additive',
    'An output is deprecated, or not any more; it is still there.',
  ),
  'output-description': rule('changed', 'internal', 'The description of an output.'),
} as const satisfies Record<string, Rule>;

/** What else others can use of a module. */
const other = {
  'type-added': rule('added', 'additive', 'A type that others can import.'),
  'type-removed': rule('removed', 'breaking', 'A type that others could import is gone.'),
  'type-changed': rule('changed', 'breaking', 'A type that others can import has other values.'),
  'type-narrowed': rule('narrowed', 'breaking', 'A type that others can import has fewer values.'),
  'type-widened': rule('widened', 'additive', 'A type that others can import has more values.'),
  'type-property-required-added': rule(
    'added',
    'breaking',
    'A type that others can import has one more property that has to be given.',
  ),
  'type-property-added': rule(
    'added',
    'additive',
    'A type that others can import has one more property that may be given.',
  ),
  'type-property-removed': rule('removed', 'breaking', 'A type that others can import has lost a property.'),
  'type-property-renamed': rule(
    'renamed',
    'breaking',
    'A property of a type that others can import is gone while one like it is new, probably the same under another name.',
  ),
  'type-source': rule(
    'changed',
    'behaviour',
    'A type that others can import is taken from elsewhere, or from another version: of a module, or of the API of a resource.',
  ),
  'type-detail': rule('changed', 'behaviour', 'A default or a secret in a type that others can import.'),
  'type-description': rule('changed', 'internal', 'The description of a type.'),
  'function-added': rule('added', 'additive', 'A function that others can import.'),
  'function-removed': rule('removed', 'breaking', 'A function that others could import is gone.'),
  'function-changed': rule('changed', 'breaking', 'A function takes or gives something else.'),
  'function-value': rule(
    'changed',
    'behaviour',
    'A function works out what it gives in another way; whether that is something else cannot be told, nor what changed in others that it uses.',
  ),
  'function-description': rule('changed', 'internal', 'The description of a function.'),
  'function-narrowed': rule('narrowed', 'breaking', 'A function takes less, or gives more than it did.'),
  'function-widened': rule('widened', 'additive', 'A function takes more, or gives less than it did.'),
  'variable-added': rule('added', 'additive', 'A variable that others can import.'),
  'variable-removed': rule('removed', 'breaking', 'A variable that others could import is gone.'),
  'variable-value': rule('changed', 'behaviour', 'A variable that others can import has another value.'),
  'variable-type': rule(
    'changed',
    'breaking',
    'A variable that others can import is of another type, or lacks a property that it had.',
  ),
  'variable-description': rule('changed', 'internal', 'The description of a variable.'),
  'submodule-added': rule('added', 'additive', 'A module below `modules/` that can be used by itself.'),
  'submodule-removed': rule('removed', 'breaking', 'A module below `modules/` that could be used is gone.'),
  'scope-added': rule('widened', 'additive', 'The module can be deployed to one more scope.'),
  'scope-removed': rule('narrowed', 'breaking', 'The module cannot be deployed to a scope any more.'),
  'scope-changed': rule('changed', 'breaking', 'The module is deployed to another scope.'),
} as const satisfies Record<string, Rule>;

/** What the module does to the world. */
const footprint = {
  'resource-added': rule('added', 'behaviour', 'A type of resource that is made, or one more of a type.'),
  'resource-removed': rule(
    'removed',
    'behaviour',
    'A type of resource that is not made any more, or one less of a type.',
  ),
  'api-version-changed': rule('changed', 'behaviour', 'A resource is made with another version of its API.'),
  'address-removed': rule(
    'removed',
    'breaking',
    'Terraform: a resource or a module call is gone from its address, and no `moved` or `removed` block keeps it: what was made is destroyed.',
  ),
  'address-rekeyed': rule(
    'changed',
    'breaking',
    'Terraform: a resource or a module call has other keys (`count`, `for_each`) without `moved` blocks: what was made is destroyed.',
  ),
  'instances-removed': rule(
    'removed',
    'breaking',
    'Terraform: a resource or a module call has fewer instances, or others, where that is written out: what was made is destroyed.',
  ),
  'instances-added': rule(
    'added',
    'behaviour',
    'Terraform: a resource or a module call has more instances, or others, where that is written out.',
  ),
  'address-added': rule('added', 'behaviour', 'Terraform: a resource or a module call at a new address.'),
  'address-moved': rule(
    'renamed',
    'internal',
    'Terraform: a resource or a module call moved, and a `moved` block says so.',
  ),
  'address-released': rule(
    'removed',
    'behaviour',
    'Terraform: a resource is not managed any more, and a `removed` block says that it stays.',
  ),
  'moved-removed': rule(
    'removed',
    'behaviour',
    'Terraform: a `moved` block is gone: what was made by a version before the move is destroyed for who skips those in between.',
  ),
  'moved-added': rule(
    'added',
    'internal',
    'Terraform: a `moved` block about what had moved before: who comes from a version that is older still keeps what was made.',
  ),
  'import-added': rule(
    'added',
    'breaking',
    'Terraform: an `import` block: Terraform takes it in a root module alone, and refuses a module with one.',
  ),
  'import-removed': rule(
    'removed',
    'additive',
    'Terraform: an `import` block is gone, so that the module can be used by others.',
  ),
  'condition-changed': rule(
    'changed',
    'behaviour',
    'Terraform: what has to hold before or after (`precondition`, `postcondition`): running it can stop there, or not any more.',
  ),
  'check-added': rule('added', 'behaviour', 'Terraform: something is checked, and warned of.'),
  'check-removed': rule('removed', 'internal', 'Terraform: something is not checked any more.'),
  'provider-configuration': rule(
    'changed',
    'behaviour',
    'Terraform: a resource or a module call has another configuration of a provider: it is looked for elsewhere, perhaps in vain.',
  ),
  'lifecycle-changed': rule('changed', 'behaviour', 'When a resource is replaced, destroyed or left alone.'),
  'public-access-changed': rule(
    'changed',
    'behaviour',
    'Whether a resource can be reached from public networks.',
  ),
  'resource-circumstances': rule(
    'changed',
    'behaviour',
    'Bicep: A resource is made under a condition or in a loop, or not any more.',
  ),
  'role-assignment-added': rule('added', 'behaviour', 'Somebody gets a role.'),
  'role-assignment-removed': rule('removed', 'behaviour', 'Nobody gets a role any more.'),
  'role-assignment-changed': rule('changed', 'behaviour', 'Somebody gets another role.'),
  'escape-hatch-added': rule(
    'added',
    'behaviour',
    'Something runs that nobody can look into beforehand: a provisioner, a deployment script, an external program.',
  ),
  'escape-hatch-removed': rule('removed', 'internal', 'Something does not run any more.'),
  'telemetry-added': rule('added', 'behaviour', 'The use of the module is reported.'),
  'telemetry-removed': rule('removed', 'internal', 'The use of the module is not reported any more.'),
  'telemetry-changed': rule('changed', 'internal', 'The use of the module is reported under another name.'),
  'data-added': rule(
    'added',
    'behaviour',
    'Something is read that who runs the module must be allowed to read.',
  ),
  'data-changed': rule('changed', 'behaviour', 'Something is read with another version of its API.'),
  'data-removed': rule('removed', 'internal', 'Something is not read any more.'),
  'module-call-added': rule('added', 'behaviour', 'A module that is used.'),
  'module-call-removed': rule(
    'removed',
    'behaviour',
    'A module that is not used any more; of Terraform one that is known to make nothing.',
  ),
  'module-call-source': rule('changed', 'behaviour', 'A module comes from elsewhere.'),
  'module-call-version': rule('changed', 'behaviour', 'A module is used in another version.'),
  'module-call-renamed': rule(
    'renamed',
    'internal',
    'Bicep: A module is used under another symbolic name, which changes nothing that is made.',
  ),
  'module-call-circumstances': rule(
    'changed',
    'behaviour',
    'Bicep: A module is used under a condition or in a loop, or not any more.',
  ),
  'provider-added': rule('added', 'behaviour', 'A provider or an extension that is needed.'),
  'provider-removed': rule('removed', 'internal', 'A provider or an extension that is not needed any more.'),
  'extension-version': rule('changed', 'behaviour', 'An extension is used in another version.'),
  'provider-source': rule('changed', 'breaking', 'A provider is another one under the same name.'),
  'provider-raised': rule(
    'narrowed',
    'behaviour',
    'A later version of a provider is needed, of the same major version.',
  ),
  'provider-narrowed': rule('narrowed', 'breaking', 'A version of a provider that was taken is refused.'),
  'provider-widened': rule('widened', 'additive', 'More versions of a provider are taken.'),
  'provider-changed': rule(
    'changed',
    'breaking',
    'Other versions of a provider are taken, and some that were are refused.',
  ),
  'provider-aliases': rule('changed', 'breaking', 'Other configurations of a provider have to be passed in.'),
  'provider-configured': rule(
    'narrowed',
    'breaking',
    'Terraform: a module configures a provider by itself: calls of it cannot have `count`, `for_each` or `depends_on`.',
  ),
  'provider-unconfigured': rule(
    'widened',
    'behaviour',
    'Terraform: a module leaves the configuration of a provider to who calls it.',
  ),
  'program-raised': rule(
    'narrowed',
    'behaviour',
    'A later version of Terraform is needed, of the same major version.',
  ),
  'program-narrowed': rule('narrowed', 'breaking', 'A version of Terraform that was taken is refused.'),
  'program-widened': rule('widened', 'additive', 'More versions of Terraform are taken.'),
  'program-changed': rule(
    'changed',
    'breaking',
    'Other versions of Terraform are taken, and some that were are refused.',
  ),
} as const satisfies Record<string, Rule>;

/** The classification table: every difference that there can be, with its class. */
export const changeRules = { ...input, ...output, ...other, ...footprint };

/** The same by what it is about. */
export const changeRuleGroups = {
  Inputs: input,
  Outputs: output,
  'What others import': other,
  Footprint: footprint,
} as const;

export type RuleId = keyof typeof changeRules;
