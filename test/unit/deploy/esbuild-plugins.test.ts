import { describe, expect, it } from 'vitest';
import { declareShapesPure } from '../../../deploy/esbuild-plugins.ts';

describe('declareShapesPure', () => {
  it('wraps shapes of one line and of many, and nothing else', () => {
    const source = `const _A = "Address";
export var n0 = "com.amazonaws.ec2";
export var Secret$ = [0, n0, _S, 8, 0];
var Count$ = [3, n0, _C,
    0,
    [[1, { [_x]: \`Min;\` }]]
];
registry.registerError(Count$, Error);
export const errorTypeRegistries = [
    registry,
]
`;
    expect(declareShapesPure(source)).toBe(`const _A = "Address";
export var n0 = "com.amazonaws.ec2";
export var Secret$ = /* @__PURE__ */ (() => [0, n0, _S, 8, 0])();
var Count$ = /* @__PURE__ */ (() => [3, n0, _C,
    0,
    [[1, { [_x]: \`Min;\` }]]
])();
registry.registerError(Count$, Error);
export const errorTypeRegistries = [
    registry,
]
`);
  });
});
