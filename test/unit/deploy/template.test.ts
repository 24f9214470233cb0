import { describe, expect, it } from 'vitest';
import { dropEmptyStatements } from '../../../deploy/drop-empty-statements.ts';
import { dropRedundantDependencies } from '../../../deploy/drop-redundant-dependencies.ts';
import { dropSharedRole } from '../../../deploy/drop-shared-role.ts';
import { choosePlanFile } from '../../../deploy/plan-file.ts';
import { renderValue } from '../../../deploy/render-value.ts';

describe('dropEmptyStatements', () => {
  it('takes away what would grant nothing, and only that', () => {
    const one = { Resource: ['arn:aws:s3:::b'] };
    const text = { Resource: '*' };
    expect(dropEmptyStatements([one, { Resource: [] }, text])).toEqual([one, text]);
  });
});

describe('dropSharedRole', () => {
  it('takes the shared role away where nothing refers to it', () => {
    const template = { Resources: { IamRoleLambdaExecution: {}, Other: { Ref: 'Another' } } };
    dropSharedRole(template);
    expect(Object.keys(template.Resources)).toEqual(['Other']);
  });

  it('keeps it for a function that has no role of its own', () => {
    const template = {
      Resources: {
        IamRoleLambdaExecution: {},
        Function: { Role: { 'Fn::GetAtt': ['IamRoleLambdaExecution', 'Arn'] } },
      },
    };
    dropSharedRole(template);
    expect(Object.keys(template.Resources)).toContain('IamRoleLambdaExecution');
  });
});

describe('dropRedundantDependencies', () => {
  it('takes away what the properties say already', () => {
    const Properties = { Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Topic: { Ref: 'Topic' } };
    const template = {
      Resources: {
        Both: { DependsOn: ['Role', 'Log', 'Topic'], Properties },
        One: { DependsOn: 'Role', Properties },
        Other: { DependsOn: 'Role2', Properties },
      },
    };
    dropRedundantDependencies(template);
    expect(template.Resources).toEqual({
      Both: { DependsOn: ['Log'], Properties },
      One: { Properties },
      Other: { DependsOn: ['Role2'], Properties },
    });
  });
});

describe('choosePlanFile', () => {
  const params = { default: { plan: 'default.yml' }, prod: { plan: 'prod.yml' } };

  it('takes the command line first, then the stage, then the default', () => {
    expect(choosePlanFile(['x=1', 'plan=mine.yml'], params, 'prod')).toBe('mine.yml');
    expect(choosePlanFile(['x=1'], params, 'prod')).toBe('prod.yml');
    expect(choosePlanFile(undefined, params, 'dev')).toBe('default.yml');
  });

  it('says how to name one where none is named', () => {
    expect(() => choosePlanFile(undefined, undefined, 'dev')).toThrow('--param plan=FILE');
  });
});

describe('renderValue', () => {
  it('shows in brackets what the deploy fills in', () => {
    expect(renderValue('arn:aws:s3:::b')).toBe('arn:aws:s3:::b');
    expect(renderValue({ Ref: 'FactsTopic' })).toBe('<FactsTopic>');
    expect(renderValue({ 'Fn::GetAtt': ['Queue', 'Arn'] })).toBe('<Queue.Arn>');
    expect(renderValue({ 'Fn::Sub': 'a:${AWS::Region}/*' })).toBe('a:<AWS::Region>/*');
    expect(renderValue({ 'Fn::Join': ['-', ['a', { Ref: 'B' }]] })).toBe('a-<B>');
    expect(renderValue({ 'Fn::ImportValue': 'x' })).toBe('{"Fn::ImportValue":"x"}');
  });
});
