/** What can be wrong with the bytes of a backup. */
export type Damage =
  | 'empty'
  | 'truncated'
  | 'corrupt'
  | 'trailing-data'
  | 'wrong-key'
  | 'encoding-mismatch'
  | 'not-a-dump'
  | 'token-mismatch';

/** The backup is broken: seen in its own bytes, so no retry helps. */
export class DamageError extends Error {
  readonly damage: Damage;
  constructor(damage: Damage, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'DamageError';
    this.damage = damage;
  }
}

/** The bytes may be good or bad: this version of Lifeboat cannot tell. */
export class NotJudgedError extends Error {
  readonly reason:
    | 'encoding-not-supported'
    | 'format-not-supported'
    | 'format-not-recognised'
    | 'content-not-recognised'
    | 'key-not-named'
    | 'over-limit';
  constructor(reason: NotJudgedError['reason'], detail: string) {
    super(detail);
    this.name = 'NotJudgedError';
    this.reason = reason;
  }
}
