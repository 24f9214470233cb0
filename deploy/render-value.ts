import * as z from 'zod';

const intrinsicSchema = z.union([
  z.strictObject({ Ref: z.string() }).transform(({ Ref }) => `<${Ref}>`),
  z
    .strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) })
    .transform(({ 'Fn::GetAtt': [id, attribute] }) => `<${id}.${attribute}>`),
  z
    .strictObject({ 'Fn::Sub': z.string() })
    .transform(({ 'Fn::Sub': text }) => text.replaceAll(/\$\{([^}]+)\}/g, '<$1>')),
  z
    .strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) })
    .transform(({ 'Fn::Join': [separator, parts] }): string =>
      parts.map(renderValue).join(separator),
    ),
]);

/** A value of a CloudFormation template as one line: what a deploy fills in stands as `<Name>`. */
export const renderValue = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const intrinsic = intrinsicSchema.safeParse(value);
  return intrinsic.success ? intrinsic.data : JSON.stringify(value);
};
