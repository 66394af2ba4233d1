import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { requireTool } from '../support/tool.ts';

/** What Python's own readers find in an archive: paths in UTF-8, digests of the contents. */
export type Listing = readonly (readonly [path: string, sha256: string])[];

export interface PythonReader {
  /** Undefined when Python cannot read it. */
  list(archive: Buffer): Promise<Listing | undefined>;
  close(): Promise<void>;
}

const program = `
import base64, hashlib, io, json, sys, tarfile, zipfile

def list_zip(data):
    files = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            coding = 'utf-8' if entry.flag_bits & 0x800 else 'cp437'
            name = entry.orig_filename.encode(coding)
            if not name.endswith(b'/'):
                files.append((name, archive.read(entry)))
    return files

def list_tar(data):
    files = []
    with tarfile.open(fileobj=io.BytesIO(data), errors='surrogateescape', encoding='utf-8') as archive:
        for entry in archive:
            name = entry.name.encode('utf-8', 'surrogateescape')
            if entry.isfile():
                files.append((name[2:] if name.startswith(b'./') else name, archive.extractfile(entry).read()))
    return files

for line in sys.stdin:
    data = base64.b64decode(line)
    try:
        files = list_zip(data) if data[:2] == b'PK' else list_tar(data)
        answer = sorted([base64.b64encode(name).decode(), hashlib.sha256(content).hexdigest()] for name, content in files)
    except Exception as error:
        answer = None
    print(json.dumps(answer), flush=True)
`;

/** Keeps one Python running: starting it takes longer than reading a hundred archives. */
export function startPython(): PythonReader | undefined {
  const python = requireTool('python3');
  if (python === undefined) return undefined;
  const child = spawn(python, ['-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async list(archive) {
      child.stdin.write(`${archive.toString('base64')}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('Python ended');
      const files = JSON.parse(value) as [string, string][] | null;
      return files?.map(([name, digest]) => [Buffer.from(name, 'base64').toString(), digest] as const);
    },
    async close() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end();
      await ended;
    },
  };
}
