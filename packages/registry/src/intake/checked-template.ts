import { readTemplate, type Template } from '@ashlar/core';

const checked = new WeakMap<Uint8Array, Template>();

/**
 * As `readTemplate`, once for the same bytes: an upload is checked when its artifact is built and when that is pushed,
 * and a large template keeps everybody waiting while it is parsed.
 * @throws ASH-BICEP-TEMPLATE
 */
export function checkedTemplate(bytes: Uint8Array): Template {
  const known = checked.get(bytes);
  if (known !== undefined) return known;
  const template = readTemplate(bytes);
  checked.set(bytes, template);
  return template;
}
