export { markdownText } from './markdown.ts';
export { moduleSections, updateReadme } from './readme.ts';
export type { Frame } from './readme.ts';
