import { DamageError, NotJudgedError } from './damage-error.ts';

export type GpgProgress = {
  plainBytes: number;
  /** Whether nothing but the end can tell that the passphrase is right. */
  isGuess: boolean;
};

const says = (error: unknown): string => (error instanceof Error ? error.message : '');

/**
 * What OpenPGP.js says, in the words of a verdict. Its errors have no codes, so their texts are known
 * here; one that is not known is `corrupt`.
 */
export const gpgFault = (error: unknown, { plainBytes, isGuess }: GpgProgress): Error => {
  const detail = says(error);
  const where = `after ${plainBytes} decrypted bytes`;
  const damage = (name: 'truncated' | 'corrupt' | 'trailing-data' | 'wrong-key', words: string) =>
    new DamageError(name, words, { cause: error });
  if (/not authenticated|Missing MDC/i.test(detail)) {
    return new NotJudgedError(
      'encoding-not-supported',
      'gpg encrypted it without integrity protection (--disable-mdc, or before 2000): nothing could tell a change',
    );
  }
  if (/memory/i.test(detail)) {
    return new NotJudgedError(
      'over-limit',
      'its passphrase takes more memory (Argon2) than is here',
    );
  }
  if (/unexpected end|premature|is cut/i.test(detail)) {
    return damage('truncated', `the gpg file ends before its end, ${where}`);
  }
  if (plainBytes === 0 && isGuess) {
    return damage(
      'wrong-key',
      'the passphrase does not open it (gpg), or its first bytes are damaged',
    );
  }
  if (/modification detected|tag mismatch/i.test(detail)) {
    return damage('corrupt', `the gpg file fails its integrity check, ${where}`);
  }
  if (plainBytes > 0 && /unexpected packet|during parsing/i.test(detail)) {
    return damage('trailing-data', 'more bytes follow the end of the gpg file');
  }
  return damage('corrupt', `the gpg file is corrupt ${where}: ${detail}`);
};
