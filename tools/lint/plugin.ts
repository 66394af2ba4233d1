import { gateway } from './gateway.ts';
import { importDirection } from './import-direction.ts';
import { tsExtension } from './ts-extension.ts';

/** The rules of this project that no linter brings along. `.oxlintrc.json` loads them. */
export default {
  meta: { name: 'ashlar' },
  rules: {
    gateway,
    'import-direction': importDirection,
    'ts-extension': tsExtension,
  },
};
