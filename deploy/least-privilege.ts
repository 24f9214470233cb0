import type { Template } from './package-service.ts';
import { type RoleStatement, roleStatements } from './role-statements.ts';

const READS = /^[a-z0-9-]+:(Get|List|Describe|Head|BatchGet|Query)[A-Za-z]*$/;
const READ_EXCEPTIONS = ['kms:Decrypt'];
const WILDCARD = /[*?]/;

const isRead = (action: string): boolean =>
  READ_EXCEPTIONS.includes(action) || (READS.test(action) && !WILDCARD.test(action));

/** The objects of a bucket that this template makes: `<Ledger.Arn>/anything`. */
const ownBucketOf = (resource: string, template: Template): boolean => {
  const [, id = ''] = /^<(\w+)\.Arn>(\/.*)?$/.exec(resource) ?? [];
  return template.Resources[id]?.Type === 'AWS::S3::Bucket';
};

/** Its own log group names the function in full; only the stream within it is open. */
const isOwnLog = (resource: string, name: string): boolean =>
  resource.endsWith(`:log-group:/aws/lambda/${name}:*:*`);

const complaint = (action: string, resource: string, name: string, template: Template) => {
  if (isRead(action)) return undefined;
  if (WILDCARD.test(action)) return 'an action with a wildcard';
  if (action.startsWith('s3:')) {
    return ownBucketOf(resource, template) ? undefined : 'a write to a bucket that is not its own';
  }
  if (action.startsWith('logs:') && isOwnLog(resource, name)) return undefined;
  return WILDCARD.test(resource) ? 'a write to a resource with a wildcard' : undefined;
};

const inStatement = (name: string, statement: RoleStatement, template: Template): string[] =>
  statement.effect !== 'Allow'
    ? []
    : statement.actions.flatMap((action) =>
        statement.resources.flatMap((resource) => {
          const why = complaint(action, resource, name, template);
          return why === undefined ? [] : [`${name}: ${action} on ${resource}: ${why}`];
        }),
      );

/**
 * What the functions of a packaged template may do and should not: writes to more than what is named,
 * and any write to S3 outside the buckets that the template itself makes. Empty where all is well.
 */
export const excessiveRights = (template: Template): string[] =>
  Object.entries(roleStatements(template)).flatMap(([name, statements]) =>
    statements.flatMap((statement) => inStatement(name, statement, template)),
  );
