const GAP = '  ';

/** How many columns of a terminal a text takes, near enough: one for each character. */
const widthOf = (text: string): number => [...text].length;

/** Words as lines of at most so many columns; a longer word has a line of its own. */
export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    const fits = last !== undefined && widthOf(last) + 1 + widthOf(word) <= width;
    if (fits) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

const pad = (text: string, width: number): string => text + ' '.repeat(width - widthOf(text));

/**
 * Rows of cells as aligned lines under a header. A cell is a list of lines; a row is as high as its
 * highest cell. Plain text: no colour and no line characters, so it can be piped and compared.
 */
export const formatTable = (header: string[], rows: string[][][]): string[] => {
  const table = [header.map((title) => [title]), header.map(() => ['']), ...rows];
  const widths = header.map((_, column) =>
    Math.max(...table.flatMap((row) => (row[column] ?? []).map(widthOf))),
  );
  return table.flatMap((row, index) => {
    const height = Math.max(1, ...row.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) =>
      widths
        .map((width, column) =>
          index === 1 ? '-'.repeat(width) : pad(row[column]?.[line] ?? '', width),
        )
        .join(GAP)
        .trimEnd(),
    );
  });
};
