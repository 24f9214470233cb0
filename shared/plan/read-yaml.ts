import {
  type Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  type YAMLError,
} from 'yaml';

/** Aliases may multiply a small file into a large one; a plan needs few. */
const MAX_ALIASES = 100;
/** One slip in YAML often makes the parser complain of all that follows. */
const MOST_PROBLEMS = 10;

export type Position = { line: number; column: number };
export type YamlText = {
  /** Plain values; `undefined` where there are problems. */
  content: unknown;
  problems: (Position & { message: string })[];
  /** Where a path stands: its key, or the nearest thing above it that the file has. */
  locate: (path: readonly PropertyKey[]) => Position;
};

const offsetOf = (document: Document.Parsed, path: readonly PropertyKey[]): number => {
  let node: unknown = document.contents;
  let offset = isCollection(node) || isScalar(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    if (!isCollection(node)) break;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(step),
      );
      if (!isPair(pair)) break;
      if (isScalar(pair.key) && pair.key.range) offset = pair.key.range[0];
      node = pair.value;
    } else {
      node = node.get(Number(step), true);
      if (isScalar(node) || isCollection(node)) offset = node.range?.[0] ?? offset;
    }
  }
  return offset;
};

/** The parser's words without the piece of the file that some of them quote: it may be a secret. */
const explain = ({ code, message }: YAMLError, text: string, offset: number): string => {
  if (code === 'DUPLICATE_KEY') {
    const key = /^[a-z][a-z -]{0,39}(?=\s*:)/i.exec(text.slice(offset))?.[0];
    return key === undefined ? 'this key stands here twice' : `the key "${key}" stands here twice`;
  }
  if (code === 'TAG_RESOLVE_FAILED') return 'YAML tags such as !Ref mean nothing in a plan';
  if (/call stack/i.test(message)) return 'is nested too deeply';
  if (code === 'NON_STRING_KEY') return 'a key must be plain text, not a map or a list';
  if (code === 'BAD_ALIAS') return 'this alias has no anchor before it';
  const plain = message.replace(/(:\s*["'`{]|\s+["'`]).*$/s, '');
  return `not YAML: ${plain.slice(0, 120)}`;
};

/** Reads one YAML document. Never throws; what cannot be read is among the problems. */
export const readYaml = (text: string): YamlText => {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const failed = (problems: YamlText['problems']): YamlText => ({
    content: undefined,
    problems: problems
      .filter(({ message }, index) => index === 0 || message !== problems[index - 1]?.message)
      .slice(0, MOST_PROBLEMS),
    locate: () => at(0),
  });
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: true,
      stringKeys: true,
      logLevel: 'error',
    });
    const found = document.errors.length > 0 ? document.errors : document.warnings;
    if (found.length > 0) {
      return failed(
        found.map((error) => ({
          ...at(error.pos[0]),
          message: explain(error, text, error.pos[0]),
        })),
      );
    }
    const content: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { content, problems: [], locate: (path) => at(offsetOf(document, path)) };
  } catch (error) {
    const isAliases = error instanceof ReferenceError;
    const message = isAliases ? `has more than ${MAX_ALIASES} aliases` : 'is nested too deeply';
    return failed([{ line: 1, column: 1, message }]);
  }
};
