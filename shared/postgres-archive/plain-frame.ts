import { DamageError } from '../backup-encoding/damage-error.ts';
import { decodeName } from '../tar/member-name.ts';

/** Source: pg_backup_archiver.c (RestoreArchive) and pg_dumpall.c (main). */
export const FRAME = /^-- PostgreSQL database (cluster )?dump( complete)?$/;
export const TOKEN = /^\\(un)?restrict ([A-Za-z0-9]{1,128})$/;
const CONNECT = /^\\(?:connect|c) +(?:-reuse-previous=on +)?(.+)$/;
/** What is restored must go there: `pg_dumpall`, and `pg_dump -C`. */
export const ANNOUNCED = /^-- (?:Database "(.*)" dump|Name: (.*); Type: DATABASE; .*)$/;
/** What pg_dump -C may say of the database itself before it connects to it. */
export const OBJECT = /^-- (?:Data for |Statistics for )?Name: .*; Type: (?!DATABASE)/;

/** A name of one character per byte, as it is to be read. Two that differ need not differ here. */
export const readableName = (name: string): string => decodeName(Buffer.from(name, 'latin1'));

/** The name in `\connect name` or `\connect -reuse-previous=on "dbname='na\'me'"`. */
export const readConnection = (text: string): string | undefined => {
  const argument = CONNECT.exec(text)?.[1];
  if (argument === undefined) return undefined;
  const plain = argument.replace(/^"((?:[^"]|"")*)".*$/, '$1').replaceAll('""', '"');
  const named = /^dbname='((?:[^'\\]|\\.)*)'/.exec(plain)?.[1];
  return named?.replaceAll(/\\(.)/g, '$1') ?? plain.split(' ')[0];
};

/** Of psql, that scripts around pg_dump write. */
export const KNOWN_COMMANDS = /^\\(?:encoding|set|unset|echo|qecho|pset|timing|o|r|x)(?: |$)/;

export const cutBefore = (text: string, position: number): DamageError =>
  new DamageError(
    text.endsWith('complete') ? 'corrupt' : 'truncated',
    `a statement is not ended before "${text.slice(3)}" at byte ${position}`,
  );

export const notADump = (): DamageError =>
  new DamageError('not-a-dump', 'it does not begin with the header of pg_dump');

export const trailing = (position: number): DamageError =>
  new DamageError(
    'trailing-data',
    `something follows the end of the dump, before byte ${position}`,
  );

export const secondDump = (position: number): DamageError =>
  new DamageError(
    'trailing-data',
    `a second dump follows the first, at byte ${position}: a restore runs both into one database`,
  );

export const tokenMismatch = (position: number): DamageError =>
  new DamageError(
    'token-mismatch',
    `the \\restrict and \\unrestrict tokens before byte ${position} are no pair`,
  );
