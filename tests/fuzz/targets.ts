import { archiveTarget } from './target/archive.ts';
import { certificateTarget } from './target/certificate.ts';
import { configTarget } from './target/config.ts';
import { bicepTargets } from './target/bicep.ts';
import { hclTargets } from './target/hcl.ts';
import { routeTargets } from './target/route.ts';
import {
  digestTarget,
  manifestTarget,
  nameTarget,
  rangeTarget,
  readmeTarget,
  templateTarget,
  versionTarget,
} from './target/value.ts';
import type { AnyTarget } from './target.ts';

export const targets: readonly AnyTarget[] = [
  archiveTarget,
  ...routeTargets,
  nameTarget,
  versionTarget,
  digestTarget,
  rangeTarget,
  manifestTarget,
  templateTarget,
  readmeTarget,
  configTarget,
  certificateTarget,
  ...bicepTargets,
  ...hclTargets,
];
