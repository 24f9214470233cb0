/**
 * Whether a name matches a pattern in which `*` stands for any run of characters, slashes too, and
 * `?` for one character. Time is the product of both lengths whatever the pattern: no regular
 * expression, because `*a*a*a*b` would make one backtrack for hours.
 */
export const matchesName = (pattern: string, name: string): boolean => {
  const wanted = [...pattern];
  const given = [...name];
  let at = 0;
  let star = -1;
  let resume = 0;
  let index = 0;
  while (index < given.length) {
    if (wanted[at] === '*') {
      star = at;
      at += 1;
      resume = index;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      index = resume;
    } else {
      return false;
    }
  }
  return wanted.slice(at).every((character) => character === '*');
};
