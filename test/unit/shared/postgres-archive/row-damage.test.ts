import { describe, expect, it } from 'vitest';
import { readArchive, walkArchive } from '../../../support/archive-dumps.ts';

/** What the formats without a checksum show all the same. */
describe.each(['15-z0.dump', '17-z0.dump', '15-shop.tar'])('%s with a changed byte', (name) => {
  const whole = readArchive(name);
  const isTar = name.endsWith('.tar');
  const change = (text: string, at: number, byte: number): Buffer => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(byte, bytes.indexOf(text) + at);
    return bytes;
  };
  const GRUESSE = '3\tGr\u00fc\u00dfe\n';

  it.each([
    [
      'a tab that is lost',
      change(GRUESSE, 1, 0x20),
      'public.customers: row 3 has 1 columns instead of 2',
    ],
    ['a tab too many', change(GRUESSE, 3, 9), 'public.customers: row 3 has 3 columns instead of 2'],
    ['a zero byte', change(GRUESSE, 3, 0), 'public.customers: row 3 holds a zero byte'],
    ['a carriage return', change(GRUESSE, 3, 13), 'row 3 holds a bare carriage return'],
    [
      'half a character',
      change(GRUESSE, 4, 0x41),
      'the data of public.customers, behind row 0, is not UTF-8',
    ],
  ])('%s', async (_, bytes, message) => {
    await expect(walkArchive(bytes, isTar, 1_000_000)).rejects.toMatchObject({
      damage: 'corrupt',
      message: expect.stringContaining(message),
    });
  });

  it('which is still text is not seen', async () => {
    expect(await walkArchive(change('2026-01-20', 9, 0x31), isTar)).toMatchObject({ rows: 47 });
  });
});
