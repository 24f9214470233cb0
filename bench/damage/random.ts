import type { Stored } from './stored.ts';

/** Numbers from 0 to 1 that are the same in every run with the same seed (a linear congruential generator). */
export class RandomNumbers {
  /** Always what another one must begin with to give the numbers that come next here. */
  seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  readonly next = (): number => {
    this.seed = (Math.imul(this.seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.seed / 2 ** 32;
  };
}

export type DamageKind = 'flip' | 'cut' | 'insert' | 'delete' | 'lost' | 'emptied';
export type Damaged = { kind: DamageKind; at: string; stored: Stored };

const KINDS: DamageKind[] = ['flip', 'flip', 'flip', 'cut', 'insert', 'delete'];
const LONGEST = 64;

type DamagedBytes = { kind: DamageKind; at: number; bytes: Buffer };

/** A changed byte (half of them), a cut end, bytes put in, or bytes taken out. */
const damageBytes = (whole: Uint8Array, next: () => number): DamagedBytes => {
  const below = (limit: number): number => Math.floor(next() * limit);
  const kind = KINDS[below(KINDS.length)] ?? 'flip';
  const at = below(whole.length);
  const count = 1 + below(next() < 0.5 ? 1 : LONGEST);
  const before = whole.subarray(0, at);
  if (kind === 'cut') return { kind, at, bytes: Buffer.from(before) };
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

/** Of a folder's damages so many lose or empty a whole file. */
const WHOLE_FILE = 0.1;

/** One random damage, the same for the same seed; of a folder it is that of one file. */
export const damageAtRandom = (whole: Stored, { next }: RandomNumbers): Damaged => {
  if (whole instanceof Uint8Array) {
    const { kind, at, bytes } = damageBytes(whole, next);
    return { kind, at: String(at), stored: bytes };
  }
  const files = [...whole];
  const [name, held] = files[Math.floor(next() * files.length)] ?? ['', Buffer.alloc(0)];
  const draw = next();
  if (draw < WHOLE_FILE / 2) {
    return { kind: 'lost', at: name, stored: new Map(files.filter(([other]) => other !== name)) };
  }
  if (draw < WHOLE_FILE || held.length === 0) {
    return { kind: 'emptied', at: name, stored: new Map([...files, [name, Buffer.alloc(0)]]) };
  }
  const { kind, at, bytes } = damageBytes(held, next);
  return { kind, at: `${name}:${at}`, stored: new Map([...files, [name, bytes]]) };
};
