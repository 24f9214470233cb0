import type * as z from 'zod';

const NAMES: Record<string, string> = {
  object: 'an object',
  record: 'an object',
  array: 'an array',
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

const wanted = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown: ${issue.keys.join(', ')}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_type':
      return `must be ${NAMES[issue.expected] ?? issue.expected}`;
    case 'too_small':
    case 'too_big': {
      const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum;
      if (issue.origin !== 'number' && issue.origin !== 'int') return issue.message;
      if (issue.inclusive === false)
        return `must be ${issue.code === 'too_small' ? 'more' : 'less'} than ${bound}`;
      return `must be at ${issue.code === 'too_small' ? 'least' : 'most'} ${bound}`;
    }
    case 'invalid_format':
      return issue.format === 'datetime'
        ? 'must be a time such as 2026-03-02T02:05:00Z'
        : issue.message;
    default:
      return issue.message;
  }
};

/** What is wrong with a shape, on one line: `limit: must be at least 1; rate: must be an object`. No value is repeated. */
export const describeShape = ({ issues }: z.ZodError): string =>
  issues
    .map((issue) => {
      const path = issue.path.map(String).join('.');
      return path === '' ? wanted(issue) : `${path}: ${wanted(issue)}`;
    })
    .join('; ');
