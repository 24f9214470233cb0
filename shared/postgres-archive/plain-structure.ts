import { DamageError } from '../backup-encoding/damage-error.ts';
import {
  ANNOUNCED,
  cutBefore,
  FRAME,
  KNOWN_COMMANDS,
  notADump,
  OBJECT,
  readableName,
  readConnection,
  secondDump,
  TOKEN,
  tokenMismatch,
  trailing,
} from './plain-frame.ts';

type Progress = 'none' | 'open' | 'closing' | 'complete';

/**
 * The frame of a plain dump: a header, `\restrict` tokens in pairs, a footer at the very end, and in the dump
 * of a cluster the same again for each database. Throws where the frame breaks.
 *
 * Text has one character per byte: pg_dump says a database's name in one encoding and connects to it in
 * another (`\encoding SQL_ASCII`), by the same bytes.
 *
 * A second dump behind the first is allowed where people join dumps on purpose: behind `pg_dumpall
 * --globals-only`, and where it goes into a database of its own (`pg_dump -C`, or `\connect` before it).
 */
export class PlainStructure {
  kind: 'database' | 'cluster' | undefined;
  /** That the dump says it connects to. */
  database: string | undefined;
  #cluster: Progress = 'none';
  #dump: Progress = 'none';
  #dumps = 0;
  /** Of `\restrict`, until its pair. */
  token: string | undefined;
  #previous = '';
  /** Of what must prove to be no second dump of the same thing. */
  #doubtful: number | undefined;
  #isConnected = false;
  #announced: string | undefined;
  readonly #restored = new Set<string>();

  get isInDump(): boolean {
    return this.#dump === 'open';
  }

  /** Nothing may follow here. */
  get isComplete(): boolean {
    if (this.#cluster === 'none') return this.#dump === 'complete';
    return this.#cluster === 'complete' && (this.#dump === 'none' || this.#dump === 'complete');
  }

  comment(text: string, isInside: boolean, position: number): void {
    const previous = this.#previous;
    this.#previous = text;
    if (text === '--') {
      if (this.#dump === 'closing') this.#endDump();
      else if (this.#cluster === 'closing') this.#cluster = 'complete';
      return;
    }
    const frame = FRAME.exec(text);
    if (frame === null || previous !== '--') this.#other(text, position);
    else if (isInside) throw cutBefore(text, position);
    else if (frame[2] !== undefined) this.#foot(frame[1] !== undefined, position);
    else if (frame[1] !== undefined) this.#headCluster(position);
    else this.#headDatabase(position);
  }

  #other(text: string, position: number): void {
    if (this.kind === undefined) throw notADump();
    if (this.isComplete) throw trailing(position);
    if (this.#doubtful !== undefined && OBJECT.test(text)) throw secondDump(this.#doubtful);
    const [, ofCluster, ofDump] = ANNOUNCED.exec(text) ?? [];
    this.#announced = ofCluster ?? ofDump ?? this.#announced;
  }

  #headCluster(position: number): void {
    if (this.kind !== undefined) {
      if (!this.isComplete) throw this.#anotherBegins(position);
      throw secondDump(position);
    }
    this.kind = 'cluster';
    this.#cluster = 'open';
  }

  #headDatabase(position: number): void {
    this.#closeToken(position);
    if (this.#dump === 'open') throw this.#anotherBegins(position);
    if (this.kind !== undefined && this.isComplete) {
      const isBehindGlobals = this.#cluster === 'complete' && this.#dumps === 0;
      const isElsewhere = this.#isConnected && !this.#isRestored();
      this.#doubtful = isBehindGlobals || isElsewhere ? undefined : position;
    }
    this.kind ??= 'database';
    this.#dump = 'open';
  }

  #isRestored(): boolean {
    return this.database !== undefined && this.#restored.has(this.database);
  }

  #anotherBegins(position: number): DamageError {
    return new DamageError(
      'truncated',
      `the dump${this.#ofDatabase()} is not complete where another one begins, at byte ${position}`,
    );
  }

  #ofDatabase(): string {
    return this.database === undefined ? '' : ` of database ${readableName(this.database)}`;
  }

  #foot(isCluster: boolean, position: number): void {
    if (this.kind === undefined) throw notADump();
    if (isCluster) {
      if (this.#cluster !== 'open') throw trailing(position);
      if (this.#dump === 'open') throw this.#anotherEnds(position);
      this.#cluster = 'closing';
      return;
    }
    if (this.#dump !== 'open') {
      throw new DamageError('corrupt', `a dump ends at byte ${position} that did not begin`);
    }
    if (this.#doubtful !== undefined) throw secondDump(this.#doubtful);
    this.#judgeConnection(position);
    this.#dump = 'closing';
  }

  #judgeConnection(position: number): void {
    const mustConnect = this.#cluster === 'open' || this.#announced !== undefined;
    const isThere = this.#announced === undefined || this.#announced === this.database;
    if (!mustConnect || (this.#isConnected && isThere)) return;
    throw new DamageError(
      'corrupt',
      `the dump before byte ${position} does not connect to the database ${readableName(this.#announced ?? '')} that it is for`,
    );
  }

  #anotherEnds(position: number): DamageError {
    return new DamageError(
      'truncated',
      `the dump${this.#ofDatabase()} is not complete where that of the cluster ends, at byte ${position}`,
    );
  }

  #endDump(): void {
    this.#dump = 'complete';
    this.#dumps += 1;
    this.#isConnected = false;
    this.#announced = undefined;
    if (this.database !== undefined && this.#restored.size < 10_000) {
      this.#restored.add(this.database);
    }
  }

  command(text: string, position: number): void {
    if (this.kind === undefined) throw notADump();
    const [, closing, token] = TOKEN.exec(text) ?? [];
    const database = readConnection(text);
    if (token !== undefined) this.#readToken(closing !== undefined, token, position);
    else if (database !== undefined) this.#connect(database);
    else this.#otherCommand(text, position);
  }

  #connect(database: string): void {
    this.database = database;
    this.#isConnected = true;
    if (!this.#isRestored()) this.#doubtful = undefined;
  }

  #otherCommand(text: string, position: number): void {
    if (this.isComplete) throw trailing(position);
    if (KNOWN_COMMANDS.test(text)) return;
    throw new DamageError('corrupt', `byte ${position} ends a line that is no command of psql`);
  }

  #readToken(isClosing: boolean, token: string, position: number): void {
    if (isClosing) {
      if (this.token !== token) throw tokenMismatch(position);
      this.token = undefined;
      return;
    }
    if (this.isComplete) throw trailing(position);
    this.#closeToken(position);
    this.token = token;
  }

  /** What follows must not stand under a token that was not closed. */
  #closeToken(position: number): void {
    if (this.token !== undefined) throw tokenMismatch(position);
  }

  statement(position: number): void {
    if (this.kind === undefined) throw notADump();
    if (this.isComplete) throw trailing(position);
  }

  /** Whether the end is an end. `\connect` with nothing behind it restores nothing, and harms nothing. */
  get isWhole(): boolean {
    return this.isComplete && this.token === undefined;
  }
}
