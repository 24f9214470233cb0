/** What is changed here of a resource. */
type Resource = { DependsOn?: string | string[]; Properties?: unknown };

const refersTo = (properties: unknown, id: string): boolean => {
  const text = JSON.stringify(properties ?? {});
  return text.includes(`{"Ref":"${id}"}`) || text.includes(`{"Fn::GetAtt":["${id}",`);
};

/**
 * CloudFormation waits for what a resource's properties refer to. osls says so a second time, which
 * cfn-lint objects to; what is said nowhere else stays.
 */
export const dropRedundantDependencies = (template: {
  Resources: Record<string, Resource>;
}): void => {
  for (const resource of Object.values(template.Resources)) {
    if (resource.DependsOn === undefined) continue;
    const kept = [resource.DependsOn].flat().filter((id) => !refersTo(resource.Properties, id));
    if (kept.length === 0) delete resource.DependsOn;
    else resource.DependsOn = kept;
  }
};
