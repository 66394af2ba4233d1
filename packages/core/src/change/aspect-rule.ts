import { changeClasses } from './change.ts';
import { changeRules, type RuleId } from './table.ts';
import type { Aspect } from './type-difference.ts';

/** Who has to do with the values of a type: users write those of inputs, read those of outputs, import exported types. */
export type Role = 'input' | 'output' | 'exported';

/** What narrows for who writes is good news for who reads. */
const ruleOf: Readonly<Record<Role, Readonly<Record<Aspect, RuleId>>>> = {
  input: {
    'required-added': 'input-required-added',
    'optional-added': 'input-optional-added',
    'property-removed': 'input-removed',
    'property-renamed': 'input-renamed',
    required: 'input-required',
    optional: 'input-optional',
    'nullable-added': 'input-nullable-added',
    'nullable-removed': 'input-nullable-removed',
    'type-widened': 'input-type-widened',
    'type-narrowed': 'input-type-narrowed',
    'type-changed': 'input-type-changed',
    'type-converted': 'input-type-converted',
    'type-source': 'input-type-source',
    'allowed-widened': 'input-allowed-widened',
    'allowed-narrowed': 'input-allowed-narrowed',
    'allowed-changed': 'input-allowed-changed',
    'range-widened': 'input-range-widened',
    'range-narrowed': 'input-range-narrowed',
    'range-changed': 'input-range-changed',
    'pattern-added': 'input-pattern-added',
    'pattern-removed': 'input-pattern-removed',
    'pattern-changed': 'input-pattern-changed',
    'secure-added': 'input-secure-added',
    'secure-removed': 'input-secure-removed',
    'default-changed': 'input-default-changed',
    description: 'input-description',
  },
  output: {
    'required-added': 'output-property-added',
    'optional-added': 'output-property-added',
    'property-removed': 'output-property-removed',
    'property-renamed': 'output-renamed',
    required: 'output-nullable-removed',
    optional: 'output-nullable-added',
    'nullable-added': 'output-nullable-added',
    'nullable-removed': 'output-nullable-removed',
    'type-widened': 'output-type-widened',
    'type-narrowed': 'output-type-narrowed',
    'type-changed': 'output-type-changed',
    'type-converted': 'output-type-changed',
    'type-source': 'output-type-source',
    'allowed-widened': 'output-type-widened',
    'allowed-narrowed': 'output-type-narrowed',
    'allowed-changed': 'output-type-changed',
    'range-widened': 'output-limits',
    'range-narrowed': 'output-limits',
    'range-changed': 'output-limits',
    'pattern-added': 'output-limits',
    'pattern-removed': 'output-limits',
    'pattern-changed': 'output-limits',
    'secure-added': 'output-secure-added',
    'secure-removed': 'output-secure-removed',
    'default-changed': 'output-limits',
    description: 'output-description',
  },
  exported: {
    'required-added': 'type-property-required-added',
    'optional-added': 'type-property-added',
    'property-removed': 'type-property-removed',
    'property-renamed': 'type-property-renamed',
    required: 'type-narrowed',
    optional: 'type-widened',
    'nullable-added': 'type-widened',
    'nullable-removed': 'type-narrowed',
    'type-widened': 'type-widened',
    'type-narrowed': 'type-narrowed',
    'type-changed': 'type-changed',
    'type-converted': 'type-changed',
    'type-source': 'type-source',
    'allowed-widened': 'type-widened',
    'allowed-narrowed': 'type-narrowed',
    'allowed-changed': 'type-changed',
    'range-widened': 'type-widened',
    'range-narrowed': 'type-narrowed',
    'range-changed': 'type-changed',
    'pattern-added': 'type-narrowed',
    'pattern-removed': 'type-widened',
    'pattern-changed': 'type-changed',
    'secure-added': 'type-detail',
    'secure-removed': 'type-detail',
    'default-changed': 'type-detail',
    description: 'type-description',
  },
};

/** The rule for a difference in a type that is used in these roles: the gravest, as one change is told once. */
export function ruleFor(aspect: Aspect, roles: ReadonlySet<Role>): RuleId {
  const rules = [...roles].map((role) => ruleOf[role][aspect]);
  const gravity = (id: RuleId) => changeClasses.indexOf(changeRules[id].class);
  return rules.reduce((gravest, each) => (gravity(each) < gravity(gravest) ? each : gravest));
}
