import type { Tensor } from '../base/tensor.js';
import type { TensorType, Type } from '../ir/types.js';

/** What the text says, before names are resolved and types inferred. `offset` is a place in the text, for messages. */
export type AstExpr =
  | { readonly kind: 'ref'; readonly name: string; readonly offset: number }
  | { readonly kind: 'scalar'; readonly value: Tensor; readonly offset: number }
  | {
      readonly kind: 'meta';
      readonly index: number;
      /** From the type comment. */
      readonly type: TensorType | undefined;
      readonly offset: number;
    }
  | { readonly kind: 'tuple'; readonly fields: readonly AstExpr[]; readonly offset: number }
  | { readonly kind: 'field'; readonly of: AstExpr; readonly index: number; readonly offset: number }
  | { readonly kind: 'fn'; readonly func: AstFunc; readonly offset: number }
  | AstCall;

export interface AstCall {
  readonly kind: 'call';
  /** "op" for nn.conv2d(...), "global" for @f(...), "ref" for %3(...). */
  readonly target: 'op' | 'global' | 'ref';
  readonly name: string;
  readonly args: readonly AstExpr[];
  readonly attrs: readonly AstAttr[];
  /** The source layer in the span comment. */
  readonly span: string | undefined;
  readonly offset: number;
}

export type AstAttrValue = number | string | boolean | null | readonly AstAttrValue[];

export interface AstAttr {
  readonly name: string;
  readonly value: AstAttrValue;
  readonly offset: number;
}

export interface AstParam {
  readonly name: string;
  readonly type: TensorType;
  readonly offset: number;
}

export interface AstBinding {
  /** Without "%". */
  readonly name: string;
  readonly value: AstExpr;
  readonly offset: number;
}

export interface AstFunc {
  /** "" for `fn`. */
  readonly name: string;
  readonly params: readonly AstParam[];
  readonly attrs: readonly AstAttr[];
  readonly result: Type | undefined;
  readonly bindings: readonly AstBinding[];
  readonly body: AstExpr;
  readonly offset: number;
}
