export type ZipEntry = { path: string; bytes: number };

// PKWARE APPNOTE 6.3.10, sections 4.3.12 and 4.3.16.
const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;

const findEnd = (zip: Buffer): number => {
  const earliest = Math.max(0, zip.length - END_BYTES - MAX_COMMENT);
  for (let at = zip.length - END_BYTES; at >= earliest; at -= 1) {
    if (zip.readUInt32LE(at) === END_SIGNATURE) return at;
  }
  throw new Error('not a zip archive: it has no end of central directory');
};

/** What a zip archive holds, with the sizes that it unpacks to. Archives of more than 4 GB are not read. */
export const zipEntries = (zip: Buffer): ZipEntry[] => {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (zip.readUInt32LE(at) !== ENTRY_SIGNATURE) throw new Error('a damaged zip archive');
    const nameBytes = zip.readUInt16LE(at + 28);
    entries.push({
      path: zip.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes),
      bytes: zip.readUInt32LE(at + 24),
    });
    at += ENTRY_BYTES + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
};
