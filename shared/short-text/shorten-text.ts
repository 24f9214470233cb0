/**
 * The text itself where it fits, else as much as fits before an ellipsis. Lengths are UTF-16 units, as the
 * limits of receivers are counted. A character outside the basic plane is never cut in half; half a one
 * that somebody else left over is replaced, since receivers refuse it.
 */
export const shortenText = (given: string, limit: number): string => {
  const text = given.toWellFormed();
  if (text.length <= limit) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > limit - 1) break;
    kept += character;
  }
  return limit < 1 ? '' : `${kept}…`;
};
