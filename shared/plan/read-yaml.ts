import {
  type Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { showKey } from './secret-path.ts';

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

const TOO_DEEP = 'is nested too deeply';
const TOO_MANY_ALIASES = `has more than ${MAX_ALIASES} aliases`;

type Fault = { offset: number; message: string };

/** The first alias that cannot be followed, and why. Each is looked up in the whole document. */
const badAliases = (document: Document.Parsed): Fault[] => {
  const faults: Fault[] = [];
  let count = 0;
  visit(document, {
    Alias: (_, alias) => {
      count += 1;
      const offset = alias.range?.[0] ?? 0;
      if (count > MAX_ALIASES) faults.push({ offset, message: TOO_MANY_ALIASES });
      else if (alias.resolve(document) === undefined)
        faults.push({ offset, message: 'this alias has no anchor before it' });
      return faults.length > 0 ? visit.BREAK : undefined;
    },
  });
  return faults;
};

/** Keys that stand twice in one map. The parser's own search takes a time that grows with the square. */
const duplicateKeys = (document: Document.Parsed): Fault[] => {
  const faults: Fault[] = [];
  visit(document, {
    Map: (_, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        if (seen.has(name)) {
          const shown = showKey(String(name), ['alerts', 'channels', '']);
          const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
          const what = shown === name ? `the key "${shown}"` : 'this key';
          faults.push({ offset, message: `${what} stands here twice` });
        }
        seen.add(name);
      }
    },
  });
  return faults;
};

/** The parser's words without the piece of the file that some of them quote: it may be a secret. */
const explain = ({ code, message }: YAMLError): string => {
  if (code === 'TAG_RESOLVE_FAILED') return 'YAML tags such as !Ref mean nothing in a plan';
  if (/call stack/i.test(message)) return TOO_DEEP;
  if (code === 'NON_STRING_KEY') return 'a key must be plain text, not a map or a list';
  const plain = message.replace(/\s*[:"'`{].*$/s, '');
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
      .filter(({ message }, index) => message !== TOO_DEEP || index === 0)
      .slice(0, MOST_PROBLEMS),
    locate: () => at(0),
  });
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      stringKeys: true,
      logLevel: 'error',
    });
    const found = document.errors.length > 0 ? document.errors : document.warnings;
    const faults = found.map((error) => ({ offset: error.pos[0], message: explain(error) }));
    if (faults.length === 0) faults.push(...badAliases(document), ...duplicateKeys(document));
    if (faults.length > 0) {
      return failed(faults.map(({ offset, message }) => ({ ...at(offset), message })));
    }
    const content: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { content, problems: [], locate: (path) => at(offsetOf(document, path)) };
  } catch (error) {
    const message = error instanceof ReferenceError ? TOO_MANY_ALIASES : TOO_DEEP;
    return failed([{ line: 1, column: 1, message }]);
  }
};
