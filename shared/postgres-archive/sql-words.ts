/**
 * What a statement can begin with; every server refuses another word.
 * Source: "SQL Commands" in PostgreSQL's documentation.
 */
export const COMMANDS = new Set(
  (
    'ABORT ALTER ANALYZE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DELETE ' +
    'DISCARD DO DROP END EXECUTE EXPLAIN FETCH GRANT IMPORT INSERT LISTEN LOAD LOCK MERGE MOVE NOTIFY PREPARE ' +
    'REASSIGN REFRESH REINDEX RELEASE RESET REVOKE ROLLBACK SAVEPOINT SECURITY SELECT SET SHOW START TABLE TRUNCATE ' +
    'UNLISTEN UPDATE VACUUM VALUES WITH'
  ).split(' '),
);

/** The first letters of a statement's first words, as psql keeps them. */
const ROUTINE_START = /^c(?:[fp]|or[fp])/;
const ROUTINE_WORDS = new Set(['CREATE', 'FUNCTION', 'PROCEDURE', 'OR', 'REPLACE']);

/**
 * How deep a routine's `BEGIN ATOMIC … END` goes, whose semicolons end no statement. It is psql's own way
 * (psqlscan.l), with what that gets wrong: of a function that is called `begin` psql, too, finds no end.
 */
export class RoutineBlocks {
  depth = 0;
  #letters = '';

  reset(): void {
    this.depth = 0;
    this.#letters = '';
  }

  /** @param word in upper case, and not in quotes. */
  word(word: string, parentheses: number): void {
    if (this.#letters.length < 4) {
      this.#letters += ROUTINE_WORDS.has(word) ? word.charAt(0).toLowerCase() : '-';
    }
    if (parentheses > 0 || !ROUTINE_START.test(this.#letters)) return;
    if (word === 'BEGIN' || (word === 'CASE' && this.depth > 0)) this.depth += 1;
    else if (word === 'END' && this.depth > 0) this.depth -= 1;
  }
}
