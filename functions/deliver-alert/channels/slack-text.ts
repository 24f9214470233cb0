const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Text that Slack shows as it is: `&`, `<` and `>` are its control characters, so that a monitor called
 * `<!channel>` would wake everybody. As long as fits into the limit *after* escaping, cut between
 * characters and never inside an entity. Half a character, which somebody else cut, is replaced.
 *
 * Source: docs.slack.dev, "Formatting message text", escaping.
 */
export const slackText = (text: string, limit: number): string => {
  const pieces = [...text.toWellFormed()].map((character) => ENTITIES[character] ?? character);
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length <= limit) return pieces.join('');
  let kept = '';
  for (const piece of pieces) {
    if (kept.length + piece.length > limit - 1) break;
    kept += piece;
  }
  return `${kept}…`;
};
