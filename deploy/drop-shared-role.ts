type Template = { Resources: Record<string, unknown> };

/** osls's logical id of the one role for all functions. */
const SHARED_ROLE = 'IamRoleLambdaExecution';

/**
 * osls writes one role that holds the rights of all functions together, also where every function has
 * a role of its own. Nothing uses it then, so it is not deployed.
 */
export const dropSharedRole = (template: Template): void => {
  const { [SHARED_ROLE]: role, ...others } = template.Resources;
  const used = JSON.stringify(others).includes(`"${SHARED_ROLE}"`);
  if (role !== undefined && !used) delete template.Resources[SHARED_ROLE];
};
