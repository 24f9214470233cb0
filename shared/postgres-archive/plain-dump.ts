import { DamageError } from '../backup-encoding/damage-error.ts';

/**
 * What a plain-format dump says of itself.
 * Source: pg_dump.c and pg_dumpall.c; the `\restrict` token came with 17.6, 16.10, 15.14, 14.19, 13.22.
 */
export type PlainDump = {
  kind: 'database' | 'cluster';
  serverVersion?: string;
  dumpVersion?: string;
};

/** Enough for the header with any version string, and for the footer with its token. */
const HEAD_BYTES = 4_096;
const TAIL_BYTES = 4_096;

/** Editors and scripts put a byte order mark or empty lines before it; psql passes over both. */
const DATABASE = /^(?:\xef\xbb\xbf)?\s*--\n-- PostgreSQL database dump\n--\n/;
const CLUSTER = /^(?:\xef\xbb\xbf)?\s*--\n-- PostgreSQL database cluster dump\n--\n/;
const RESTRICT = /^\\restrict ([A-Za-z0-9]{1,128})$/m;
const FOOTER =
  /(?:^|\n)--\n-- PostgreSQL database (cluster )?dump complete\n--\n\s*(?:\\unrestrict ([A-Za-z0-9]{1,128})\n\s*)?$/;

const normalise = (bytes: Buffer): string => bytes.toString('latin1').replaceAll('\r\n', '\n');

/**
 * Judges a plain dump from its first and last bytes, which it keeps while the rest streams by. Row data
 * can contain the footer's text, so only the very end counts, and its token must be the header's.
 */
export class PlainDumpWalk {
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #bytes = 0;

  push(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#head.length < HEAD_BYTES) {
      this.#head = Buffer.concat([this.#head, piece.subarray(0, HEAD_BYTES - this.#head.length)]);
    }
    const last = piece.subarray(-TAIL_BYTES);
    this.#tail =
      last.length === TAIL_BYTES
        ? Buffer.from(last)
        : Buffer.concat([this.#tail, last]).subarray(-TAIL_BYTES);
  }

  /**
   * Call once, after the last piece.
   *
   * @throws {DamageError} `empty`, `not-a-dump`, `truncated` or `token-mismatch`.
   */
  end(): PlainDump {
    if (this.#bytes === 0) throw new DamageError('empty', 'there is nothing inside');
    const head = normalise(this.#head);
    const kind = CLUSTER.test(head) ? 'cluster' : 'database';
    if (kind === 'database' && !DATABASE.test(head)) {
      throw new DamageError('not-a-dump', 'it does not begin with the header of pg_dump');
    }
    const footer = FOOTER.exec(normalise(this.#tail));
    if (footer === null || (footer[1] === undefined) !== (kind === 'database')) {
      throw new DamageError(
        'truncated',
        `the dump ends after ${this.#bytes} bytes without the line "PostgreSQL database ${kind === 'cluster' ? 'cluster ' : ''}dump complete"`,
      );
    }
    // A cluster's own pair closes after the roles, and every database in it has another.
    const opened = RESTRICT.exec(head)?.[1];
    if (kind === 'database' && opened !== footer[2]) {
      throw new DamageError(
        'token-mismatch',
        'the \\unrestrict token at the end is not the \\restrict token of the header',
      );
    }
    const version = (line: string): string | undefined =>
      new RegExp(`^-- Dumped ${line} version (\\S[^\\n]{0,120})$`, 'm').exec(head)?.[1];
    return { kind, serverVersion: version('from database'), dumpVersion: version('by pg_dump') };
  }
}
