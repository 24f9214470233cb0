import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A backup as it is stored: one object, or the files of a folder by their names. */
export type Stored = Uint8Array | ReadonlyMap<string, Uint8Array>;

/** Writes it where a program can read it, in place of what was there. */
export const writeStored = async (path: string, stored: Stored): Promise<void> => {
  await rm(path, { recursive: true, force: true });
  if (stored instanceof Uint8Array) return writeFile(path, stored);
  await mkdir(path);
  for (const [name, bytes] of stored) await writeFile(join(path, name), bytes);
};

export const isSameStored = (one: Stored, other: Stored): boolean => {
  if (one instanceof Uint8Array || other instanceof Uint8Array) {
    return (
      one instanceof Uint8Array && other instanceof Uint8Array && Buffer.compare(one, other) === 0
    );
  }
  if (one.size !== other.size) return false;
  return [...one].every(([name, bytes]) => {
    const same = other.get(name);
    return same !== undefined && Buffer.compare(bytes, same) === 0;
  });
};
