/** As pg_dump writes one: whatever is not made of small letters, digits and underscores is in quotes. Source: fmtId. */
export const IDENTIFIER = '(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_]*)';
/** `schema.name` */
export const QUALIFIED = String.raw`${IDENTIFIER}(?:\.${IDENTIFIER})?`;
const NAME = `(${QUALIFIED})`;

/**
 * How the statement begins that makes an object of each kind, and its name where that is the entry's own. What
 * pg_dump writes word by word, and pg_get_viewdef and its like as they always did. Source: pg_dump.c, ruleutils.c.
 */
const OPENINGS: Record<string, string> = {
  AGGREGATE: 'CREATE AGGREGATE ',
  BLOB: String.raw`SELECT pg_catalog\.lo_create\('(\d+)'\);`,
  'CHECK CONSTRAINT': 'ALTER (?:FOREIGN )?(?:TABLE|DOMAIN) ',
  COLLATION: 'CREATE COLLATION ',
  COMMENT: 'COMMENT ON [A-Z]',
  CONSTRAINT: 'ALTER (?:FOREIGN )?(?:TABLE|DOMAIN) ',
  DATABASE: 'CREATE DATABASE ',
  DEFAULT: 'ALTER (?:FOREIGN )?TABLE ',
  DOMAIN: `CREATE DOMAIN ${NAME}[\\s;]`,
  'EVENT TRIGGER': 'CREATE EVENT TRIGGER ',
  EXTENSION: 'CREATE EXTENSION ',
  'FK CONSTRAINT': 'ALTER (?:FOREIGN )?TABLE ',
  'FOREIGN TABLE': `CREATE FOREIGN TABLE ${NAME}\\s`,
  FUNCTION: 'CREATE (?:OR REPLACE )?FUNCTION ',
  INDEX: 'CREATE (?:UNIQUE )?INDEX ',
  'INDEX ATTACH': 'ALTER INDEX ',
  'MATERIALIZED VIEW': `CREATE (?:UNLOGGED )?MATERIALIZED VIEW ${NAME}\\s`,
  'MATERIALIZED VIEW DATA': 'REFRESH MATERIALIZED VIEW ',
  OPERATOR: 'CREATE OPERATOR ',
  POLICY: 'CREATE POLICY ',
  PROCEDURE: 'CREATE (?:OR REPLACE )?PROCEDURE ',
  PUBLICATION: 'CREATE PUBLICATION ',
  // The rule of a view that came in two steps, since it and another thing need each other, is written as the view.
  RULE: 'CREATE (?:OR REPLACE )?(?:RULE|VIEW) ',
  SCHEMA: 'CREATE SCHEMA ',
  SEQUENCE: `(?:CREATE (?:UNLOGGED )?SEQUENCE ${NAME}\\s|ALTER (?:FOREIGN )?TABLE )`,
  'SEQUENCE OWNED BY': 'ALTER SEQUENCE ',
  'SEQUENCE SET': String.raw`SELECT pg_catalog\.setval\('`,
  SERVER: 'CREATE SERVER ',
  STATISTICS: 'CREATE STATISTICS ',
  TABLE: `CREATE (?:UNLOGGED )?TABLE ${NAME}\\s`,
  'TABLE ATTACH': 'ALTER TABLE ',
  // That of a partition is made with its parent's, and may be switched off alone.
  TRIGGER: '(?:CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER |ALTER (?:FOREIGN )?TABLE )',
  TYPE: `CREATE TYPE ${NAME}[\\s;]`,
  VIEW: `CREATE (?:OR REPLACE )?(?:RECURSIVE )?VIEW ${NAME}\\s`,
};

const PATTERNS = new Map(
  Object.entries(OPENINGS).map(([kind, opening]) => [kind, new RegExp(`^${opening}`)]),
);

export type Defined = {
  /** With its schema, in quotes where it stands in quotes; absent where nothing is to be compared. */
  name?: string;
};

/**
 * Whether a statement is the one that makes an object of this kind; of a kind that is made in many ways any
 * statement is.
 *
 * @param head its beginning, one character per byte.
 */
export const readDefined = (kind: string, head: string): Defined | undefined => {
  const pattern = PATTERNS.get(kind);
  if (pattern === undefined) return {};
  const found = pattern.exec(head);
  if (found === null) return undefined;
  const [, name] = found;
  return name === undefined ? {} : { name };
};

/** A name out of a statement without its quotes. */
export const readName = (name: string): string =>
  name.replaceAll(/"((?:[^"]|"")*)"/g, (_, inner: string) => inner.replaceAll('""', '"'));

const unquote = (part: string): string =>
  part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part;

/**
 * Whether a name out of a statement is that of an entry. Before 10.3 pg_dump wrote it without its schema.
 *
 * @param name decoded like the entry's.
 */
export const isSameName = (name: string, entry: { schema: string; name: string }): boolean => {
  const parts = (name.match(/"(?:[^"]|"")*"|[^."]+/g) ?? []).map(unquote);
  const [own] = parts.slice(-1);
  if (own !== entry.name) return false;
  return parts.length < 2 || entry.schema === '' || parts[0] === entry.schema;
};
