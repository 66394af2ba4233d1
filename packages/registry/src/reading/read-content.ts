import {
  AshlarError,
  bicepTemplateFile,
  decodeSource,
  limits,
  type Module,
  type Problem,
  readModule,
} from '@ashlar/core';

import { readBicepSources } from '../intake/bicep-sources.ts';
import { packText } from './packed-text.ts';
import { isTerraformSource, readmeFolder } from './read-path.ts';
import type { ContentFile, ModuleContent, ReadModule } from './reader-protocol.ts';

type Of<Name extends ModuleContent['language']> = Extract<ModuleContent, { language: Name }>;

/** Reads a module. */
export async function readContent(content: ModuleContent): Promise<ReadModule> {
  const read = content.language === 'bicep' ? await readBicep(content) : readTerraform(content);
  const module = read && { ...read, problems: read.problems.slice(0, limits.syntaxProblems.value) };
  const readmes = content.language === 'terraform' ? readmesOf(content.files) : undefined;
  return {
    isModule: module !== undefined,
    model: module && packModel(JSON.stringify(module)),
    readmes: readmes && packText(JSON.stringify(readmes)),
    problems: module?.problems ?? [],
  };
}

/** Undefined for a model that is too large to be kept. */
export function packModel(text: string): string | undefined {
  return text.length <= limits.moduleModel.value ? packText(text) : undefined;
}

function readTerraform({ class: moduleClass, files }: Of<'terraform'>): Module | undefined {
  const texts = textsOf(files.filter(({ path }) => isTerraformSource(path)));
  return readModule(texts, { language: 'terraform', class: moduleClass })?.module;
}

/** The template is what users get: sources that do not fit to it are a problem, and no more. */
async function readBicep({ class: moduleClass, template, source }: Of<'bicep'>): Promise<Module | undefined> {
  const { files, problem } = await sourcesOf(source);
  files.push({ path: bicepTemplateFile, bytes: template });
  const reading = readModule(textsOf(files), { language: 'bicep', class: moduleClass });
  const { module, compiled } = reading ?? {};
  if (module === undefined || compiled === undefined) return undefined;
  const problems = [...problem, ...module.problems];
  return { ...(module.form === 'compiled' ? module : compiled), problems };
}

async function sourcesOf(
  layer: Uint8Array | undefined,
): Promise<{ files: ContentFile[]; problem: Problem[] }> {
  if (layer === undefined) return { files: [], problem: [] };
  try {
    const sources = await readBicepSources(Buffer.from(layer.buffer, layer.byteOffset, layer.length));
    const files = [...(sources ?? [])].map(([path, bytes]) => ({ path, bytes }));
    const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (size > limits.readingText.value) {
      const message = `The source layer was not read: it holds more than ${limits.readingText.value} bytes`;
      return { files: [], problem: [{ message }] };
    }
    return { files: files.filter(({ path }) => path !== bicepTemplateFile), problem: [] };
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error;
    return { files: [], problem: [{ message: `The source layer was not read: ${error.message}` }] };
  }
}

function textsOf(files: readonly ContentFile[]) {
  const byPath = new Map(files.map(({ path, bytes }) => [path, bytes]));
  return {
    paths: [...byPath.keys()],
    textOf: (path: string) => decodeSource(path, byPath.get(path) ?? new Uint8Array()),
  };
}

function readmesOf(files: readonly ContentFile[]): Record<string, string> | undefined {
  const readmes = files.flatMap(({ path, bytes }) => {
    const folder = readmeFolder(path);
    return folder === undefined ? [] : [[folder, new TextDecoder().decode(bytes)] as const];
  });
  if (readmes.length === 0) return undefined;
  let left: number = limits.readme.value;
  return Object.fromEntries(
    readmes.map(([folder, text]) => {
      const shown = text.slice(0, left);
      left -= shown.length;
      return [folder, shown];
    }),
  );
}
