import type {
  ArithmeticOperator,
  CompareOperator,
  Frame,
  GroupElement,
  IntervalUnit,
  JoinKind,
  LiteralType,
} from './ast.ts'
import type { FunctionDefinition } from './functions.ts'
import type { Type } from './types.ts'

/** The query after checking: every name resolved, every expression typed. The emitters read this and nothing else. */

export interface TypedSort {
  readonly expr: Typed
  readonly descending: boolean
  readonly nullsFirst: boolean
}

export interface TypedWindow {
  readonly partitionBy: readonly Typed[]
  readonly orderBy: readonly TypedSort[]
  readonly frame?: Frame<Typed>
}

export interface TypedColumn {
  readonly op: 'column'
  readonly at: number
  readonly type: Type
  readonly relation: string
  readonly name: string
  /** Path in DuckDB where it differs: an element of UNNEST is one struct there, and columns in Trino. */
  readonly duckdbPath?: readonly string[]
}

export interface TypedCall {
  readonly op: 'call'
  readonly at: number
  readonly type: Type
  readonly fn: FunctionDefinition
  readonly args: readonly Typed[]
  readonly star: boolean
  readonly distinct: boolean
  readonly orderBy: readonly TypedSort[]
  readonly filter?: Typed
  readonly over?: TypedWindow
  readonly ignoreNulls: boolean
}

interface Node {
  readonly at: number
  readonly type: Type
}

export interface TypedLiteral extends Node {
  readonly op: 'literal'
  readonly literal: LiteralType
  readonly value: string | null
}

export type Typed =
  | TypedColumn
  | TypedCall
  | TypedLiteral
  | (Node & { readonly op: 'interval'; readonly value: string; readonly unit: IntervalUnit })
  | (Node & { readonly op: 'variable'; readonly name: string })
  | (Node & { readonly op: 'lambda'; readonly params: readonly string[]; readonly body: Typed })
  | (Node & { readonly op: 'field'; readonly base: Typed; readonly name: string })
  | (Node & { readonly op: 'subscript'; readonly base: Typed; readonly index: Typed })
  /** One value of a map that is stored as JSON text. */
  | (Node & { readonly op: 'json-value'; readonly base: Typed; readonly key: string })
  /** Such a map as a real map(varchar, varchar). */
  | (Node & { readonly op: 'json-map'; readonly base: Typed })
  | (Node & { readonly op: 'negate'; readonly base: Typed })
  | (Node & {
      readonly op: 'arithmetic'
      readonly operator: ArithmeticOperator
      readonly left: Typed
      readonly right: Typed
    })
  | (Node & { readonly op: 'concat'; readonly items: readonly Typed[] })
  | (Node & {
      readonly op: 'compare'
      readonly operator: CompareOperator
      readonly left: Typed
      readonly right: Typed
    })
  | (Node & {
      readonly op: 'distinct'
      readonly negated: boolean
      readonly left: Typed
      readonly right: Typed
    })
  | (Node & { readonly op: 'logical'; readonly operator: 'AND' | 'OR'; readonly items: readonly Typed[] })
  | (Node & { readonly op: 'not'; readonly base: Typed })
  | (Node & { readonly op: 'is-null'; readonly negated: boolean; readonly base: Typed })
  | (Node & {
      readonly op: 'between'
      readonly negated: boolean
      readonly base: Typed
      readonly low: Typed
      readonly high: Typed
    })
  | (Node & {
      readonly op: 'in'
      readonly negated: boolean
      readonly base: Typed
      readonly items: readonly Typed[]
    })
  | (Node & {
      readonly op: 'in-query'
      readonly negated: boolean
      readonly base: Typed
      readonly query: TypedQuery
    })
  | (Node & {
      readonly op: 'like'
      readonly negated: boolean
      readonly base: Typed
      readonly pattern: Typed
      readonly escape?: Typed
    })
  | (Node & { readonly op: 'exists'; readonly query: TypedQuery })
  | (Node & { readonly op: 'scalar-query'; readonly query: TypedQuery })
  | (Node & {
      readonly op: 'case'
      readonly operand?: Typed
      readonly whens: readonly { readonly when: Typed; readonly result: Typed }[]
      readonly otherwise?: Typed
    })
  | (Node & { readonly op: 'cast'; readonly base: Typed; readonly tolerant: boolean })
  | (Node & { readonly op: 'array'; readonly items: readonly Typed[] })
  | (Node & { readonly op: 'time-zone'; readonly base: Typed; readonly zone: string })
  | (Node & { readonly op: 'row'; readonly items: readonly Typed[] })
  /** NULL where the value cannot be computed. */
  | (Node & { readonly op: 'try'; readonly base: Typed })

export interface OutputColumn {
  /** Unique in its query; what the emitters write after AS. */
  readonly name: string
  readonly type: Type
}

export interface TypedItem extends OutputColumn {
  readonly expr: Typed
}

export type TypedRelation =
  | { readonly kind: 'table'; readonly at: number; readonly table: string; readonly alias: string }
  | {
      readonly kind: 'cte'
      readonly name: string
      readonly alias: string
      readonly columns?: readonly string[]
    }
  | {
      readonly kind: 'subquery'
      readonly query: TypedQuery
      readonly alias: string
      readonly lateral: boolean
      readonly columns?: readonly string[]
    }
  | {
      readonly kind: 'unnest'
      readonly args: readonly Typed[]
      readonly ordinality: boolean
      readonly alias: string
      /** Trino's columns, in order. */
      readonly columns: readonly string[]
    }
  | {
      readonly kind: 'join'
      readonly join: JoinKind
      readonly left: TypedRelation
      readonly right: TypedRelation
      readonly on?: Typed
    }

export interface TypedSelect {
  readonly kind: 'select'
  readonly distinct: boolean
  readonly items: readonly TypedItem[]
  readonly from?: TypedRelation
  readonly where?: Typed
  readonly groupBy: readonly GroupElement<Typed>[]
  readonly having?: Typed
}

export type TypedBody =
  | TypedSelect
  | {
      readonly kind: 'set'
      readonly operator: 'UNION' | 'EXCEPT' | 'INTERSECT'
      readonly all: boolean
      readonly left: TypedBody
      readonly right: TypedBody
    }
  | { readonly kind: 'values'; readonly rows: readonly (readonly Typed[])[] }
  | { readonly kind: 'query'; readonly query: TypedQuery }

export interface TypedQuery {
  readonly with: readonly {
    readonly name: string
    readonly columns?: readonly string[]
    readonly query: TypedQuery
  }[]
  readonly body: TypedBody
  /** A number is the position of an output column, from 1. */
  readonly orderBy: readonly {
    readonly key: number | Typed
    readonly descending: boolean
    readonly nullsFirst: boolean
  }[]
  readonly offset?: number
  readonly limit?: number
  readonly columns: readonly OutputColumn[]
}
