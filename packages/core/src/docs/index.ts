export { markdownText } from './markdown.ts';
export { moduleSections, updateReadme } from './readme.ts';
