import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of Python 3, whose archive readers are compared with ours; undefined when this machine has none. */
export function findPython(): string | undefined {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'python3'));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
