/**
 * The text itself where it fits, else as much as fits before an ellipsis. Lengths are UTF-16 units, as the
 * limits of receivers are counted; a character outside the basic plane is never cut in half.
 */
export const shortenText = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > limit - 1) break;
    kept += character;
  }
  return limit < 1 ? '' : `${kept}…`;
};
