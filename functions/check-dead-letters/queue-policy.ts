import * as z from 'zod';
import { matchesName } from '../../shared/plan/match-name.ts';

/** Whether a queue's policy lets a topic put messages into it; `doubtful` where that cannot be told here. */
export type Permission = 'allowed' | 'refused' | 'doubtful';

/** Who sends what where, as IAM sees it. */
type Request = { queueArn: string; topicArn: string; account: string };
type Match = 'yes' | 'no' | 'maybe';

/** IAM takes `true` for `"true"`, and a number for its digits. */
const word = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const texts = z.union([word, z.array(word)]).transform((one) => [one].flat());

type Principal = { AWS: string[]; Service: string[] };

const principalSchema = z.union([
  z.string().transform((one): Principal => ({ AWS: [one], Service: [] })),
  z.object({ AWS: texts.default([]), Service: texts.default([]) }),
]);

const statementSchema = z.looseObject({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principalSchema.optional(),
  Action: texts.optional(),
  Resource: texts.optional(),
  Condition: z.record(z.string(), z.record(z.string(), texts)).default({}),
});
type Statement = z.infer<typeof statementSchema>;

const policySchema = z.object({
  Statement: z.union([z.array(statementSchema), statementSchema.transform((one) => [one])]),
});

const SERVICE = 'sns.amazonaws.com';
const SEND = 'sqs:sendmessage';

const yesOrNo = (is: boolean): Match => (is ? 'yes' : 'no');

const matchesAny = (patterns: string[], text: string): boolean =>
  patterns.some((pattern) => matchesName(pattern, text));

/** Nothing where one must stand is `NotPrincipal`, `NotAction` or `NotResource`: not told apart here. */
const ofPrincipal = ({ Principal }: Statement): Match =>
  Principal === undefined
    ? 'maybe'
    : yesOrNo(Principal.AWS.includes('*') || matchesAny(Principal.Service, SERVICE));

const ofAction = ({ Action }: Statement): Match =>
  Action === undefined
    ? 'maybe'
    : yesOrNo(
        matchesAny(
          Action.map((action) => action.toLowerCase()),
          SEND,
        ),
      );

const ofResource = ({ Resource }: Statement, { queueArn }: Request): Match =>
  Resource === undefined ? 'maybe' : yesOrNo(matchesAny(Resource, queueArn));

const isLike = (operator: string): boolean => /^(Arn(Equals|Like)|StringLike)$/.test(operator);

/** One line of a condition. SNS sends over TLS, in the name of a topic and of its account. */
const ofCondition = (
  operator: string,
  key: string,
  values: string[],
  { topicArn, account }: Request,
): Match => {
  const facts: Record<string, string> = {
    'aws:sourcearn': topicArn,
    'aws:sourceaccount': account,
    'aws:securetransport': 'true',
  };
  const fact = facts[key.toLowerCase()];
  if (fact === undefined) return 'maybe';
  if (isLike(operator)) return yesOrNo(matchesAny(values, fact));
  if (operator === 'StringEquals' || operator === 'Bool') return yesOrNo(values.includes(fact));
  return 'maybe';
};

const matches = (statement: Statement, request: Request): Match => {
  const conditions = Object.entries(statement.Condition).flatMap(([operator, lines]) =>
    Object.entries(lines).map(([key, values]) => ofCondition(operator, key, values, request)),
  );
  const parts = [
    ofPrincipal(statement),
    ofAction(statement),
    ofResource(statement, request),
    ...conditions,
  ];
  if (parts.includes('no')) return 'no';
  return parts.includes('maybe') ? 'maybe' : 'yes';
};

const parsePolicy = (text: string): Statement[] | undefined => {
  try {
    return policySchema.parse(JSON.parse(text)).Statement;
  } catch {
    return undefined;
  }
};

/**
 * Reads the policy of a queue for one sender, as IAM would as far as it goes: a deny before an allow, and
 * nothing without an allow. Pure. Source: IAM User Guide, "Policy evaluation logic"; SNS Developer Guide,
 * "Amazon SNS dead-letter queues".
 */
export const permissionOf = (policy: string | undefined, request: Request): Permission => {
  if (policy === undefined || policy === '') return 'refused';
  const statements = parsePolicy(policy);
  if (statements === undefined) return 'doubtful';
  const found = (effect: Statement['Effect'], match: Match): boolean =>
    statements.some((one) => one.Effect === effect && matches(one, request) === match);
  if (found('Deny', 'yes')) return 'refused';
  if (found('Deny', 'maybe')) return 'doubtful';
  if (found('Allow', 'yes')) return 'allowed';
  return found('Allow', 'maybe') ? 'doubtful' : 'refused';
};
