import { createDecipheriv } from 'node:crypto';

const BLOCK_BYTES = 16;
/** A block of noise, and its last two bytes once more. */
const PREFIX_BYTES = BLOCK_BYTES + 2;
const TAG = { toKey: 1, byPassphrase: 3, marker: 10, integrityProtected: 18 };
const BEFORE_MESSAGE: number[] = [TAG.toKey, TAG.byPassphrase, TAG.marker];

export const GPG_ARMOR = '-----BEGIN PGP MESSAGE';

type Packet = { tag: number; body: number; end: number };

/** Source: RFC 9580, 4.2. Of lengths that are not known yet only the first part is told. */
const readPacket = (head: Buffer, at: number): Packet | undefined => {
  const first = head[at];
  const length = head[at + 1];
  if (first === undefined || length === undefined || first < 0x80) return undefined;
  if ((first & 0x40) === 0) {
    const lengthBytes = [1, 2, 4][first & 0b11];
    const body = at + 1 + (lengthBytes ?? 0);
    if (lengthBytes === undefined || body > head.length) return undefined;
    return { tag: (first >>> 2) & 0b1111, body, end: body + head.readUIntBE(at + 1, lengthBytes) };
  }
  const tag = first & 0b11_1111;
  if (length < 192) return { tag, body: at + 2, end: at + 2 + length };
  if (length < 224) {
    const second = head[at + 2] ?? 0;
    return { tag, body: at + 3, end: at + 3 + ((length - 192) << 8) + second + 192 };
  }
  const body = length === 255 ? at + 6 : at + 2;
  return { tag, body, end: head.length };
};

/** The first bytes of a message, out of their armor where they have one. */
const unarmored = (head: Buffer): Buffer => {
  if (!head.subarray(0, GPG_ARMOR.length).equals(Buffer.from(GPG_ARMOR))) return head;
  const [, ...body] = head.toString('latin1').split(/\r?\n\r?\n/);
  return Buffer.from(body.join('\n').split('\n=')[0] ?? '', 'base64');
};

export type GpgHead = {
  /** The first encrypted bytes, where integrity protection is of version 1 and they can be seen. */
  prefix?: Buffer;
  /** What a passphrase opens with. Source: RFC 9580, 9.3. */
  cipher?: number;
};

/** @param head the first bytes of a file, armored or not. */
export const readGpgHead = (head: Buffer): GpgHead => {
  const bytes = unarmored(head);
  let cipher: number | undefined;
  let packet = readPacket(bytes, 0);
  while (packet !== undefined && BEFORE_MESSAGE.includes(packet.tag)) {
    if (packet.tag === TAG.byPassphrase && bytes[packet.body] === 4)
      cipher = bytes[packet.body + 1];
    packet = readPacket(bytes, packet.end);
  }
  if (packet?.tag !== TAG.integrityProtected || bytes[packet.body] !== 1) return { cipher };
  const prefix = bytes.subarray(packet.body + 1, packet.body + 1 + PREFIX_BYTES);
  return prefix.length === PREFIX_BYTES ? { cipher, prefix } : { cipher };
};

/**
 * Whether a session key is the one of a message, wrong once in 65,536 times. Of AES alone: others cannot
 * be told. The library leaves this check out, as it may help who forges messages to a server; here a
 * wrong passphrase must not look like a damaged file.
 *
 * @param algorithm as OpenPGP.js names it: `aes256`.
 */
export const opensGpgPrefix = (
  prefix: Buffer,
  { data, algorithm }: { data: Uint8Array; algorithm: string },
): 'yes' | 'no' | 'cannot-say' => {
  const bits = /^aes(128|192|256)$/.exec(algorithm)?.[1];
  if (bits === undefined || data.length !== Number(bits) / 8) return 'cannot-say';
  const decipher = createDecipheriv(`aes-${bits}-cfb`, data, Buffer.alloc(BLOCK_BYTES));
  const plain = decipher.update(prefix);
  return plain.readUInt16BE(BLOCK_BYTES - 2) === plain.readUInt16BE(BLOCK_BYTES) ? 'yes' : 'no';
};
