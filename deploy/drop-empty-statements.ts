type Statement = { Resource?: unknown };

/**
 * A plan without, say, e-mail channels leaves the statement about them with an empty list of resources,
 * which IAM refuses. Such a statement grants nothing, so it is taken away.
 */
export const dropEmptyStatements = <T extends Statement>(statements: readonly T[]): T[] =>
  statements.filter(({ Resource }) => !(Array.isArray(Resource) && Resource.length === 0));
