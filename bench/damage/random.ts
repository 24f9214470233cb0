/** Numbers from 0 to 1 that are the same in every run with the same seed (a linear congruential generator). */
export const randomNumbers = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

export type DamageKind = 'flip' | 'cut' | 'insert' | 'delete';
export type Damaged = { kind: DamageKind; at: number; bytes: Buffer };

const KINDS: DamageKind[] = ['flip', 'flip', 'flip', 'cut', 'insert', 'delete'];
const LONGEST = 64;

/** One random damage: a changed byte (half of them), a cut end, bytes put in, or bytes taken out. */
export const damageAtRandom = (whole: Buffer, next: () => number): Damaged => {
  const below = (limit: number): number => Math.floor(next() * limit);
  const kind = KINDS[below(KINDS.length)] ?? 'flip';
  const at = below(whole.length);
  const count = 1 + below(next() < 0.5 ? 1 : LONGEST);
  const before = whole.subarray(0, at);
  if (kind === 'cut') return { kind, at, bytes: before };
  if (kind === 'delete') {
    return { kind, at, bytes: Buffer.concat([before, whole.subarray(at + count)]) };
  }
  if (kind === 'insert') {
    const added = Buffer.from(Array.from({ length: count }, () => below(256)));
    return { kind, at, bytes: Buffer.concat([before, added, whole.subarray(at)]) };
  }
  const bytes = Buffer.from(whole);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 + below(255)), at);
  return { kind, at, bytes };
};
