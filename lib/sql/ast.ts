import type { Type } from './types.ts'

/** The query as written. `at` is the offset in the text, for messages. */

export interface Name {
  readonly text: string
  readonly at: number
}

export type CompareOperator = '=' | '<>' | '<' | '<=' | '>' | '>='
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type IntervalUnit = 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'

export interface SortItem {
  readonly expr: Expr
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** Without an amount: UNBOUNDED. */
export interface FrameBound<E> {
  readonly side: 'PRECEDING' | 'FOLLOWING' | 'CURRENT ROW'
  readonly amount?: E
}

export interface Frame<E> {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS'
  readonly start: FrameBound<E>
  readonly end: FrameBound<E>
}

export interface Window {
  /** A window of the WINDOW clause that this one builds on. */
  readonly base?: Name
  readonly partitionBy: readonly Expr[]
  readonly orderBy: readonly SortItem[]
  readonly frame?: Frame<Expr>
}

export interface CallExpr {
  readonly kind: 'call'
  readonly at: number
  readonly name: string
  readonly args: readonly Expr[]
  readonly star: boolean
  readonly distinct: boolean
  readonly orderBy: readonly SortItem[]
  readonly filter?: Expr
  readonly over?: Window
  readonly ignoreNulls: boolean
}

export type LiteralType =
  | 'varchar'
  | 'integer'
  | 'bigint'
  | 'decimal'
  | 'double'
  | 'boolean'
  | 'timestamp'
  | 'date'
  | 'null'

export interface LiteralExpr {
  readonly kind: 'literal'
  readonly at: number
  readonly type: LiteralType
  /** Text of the value; `null` only with type null. */
  readonly value: string | null
}

export interface LambdaExpr {
  readonly kind: 'lambda'
  readonly at: number
  readonly params: readonly string[]
  readonly body: Expr
}

export type Expr =
  | LiteralExpr
  | CallExpr
  | LambdaExpr
  | { readonly kind: 'interval'; readonly at: number; readonly value: string; readonly unit: IntervalUnit }
  | { readonly kind: 'name'; readonly at: number; readonly name: string }
  | { readonly kind: 'field'; readonly at: number; readonly base: Expr; readonly name: string }
  | { readonly kind: 'subscript'; readonly at: number; readonly base: Expr; readonly index: Expr }
  | { readonly kind: 'parameter'; readonly at: number; readonly index: number; readonly name?: string }
  | { readonly kind: 'negate'; readonly at: number; readonly base: Expr }
  | {
      readonly kind: 'arithmetic'
      readonly at: number
      readonly operator: ArithmeticOperator
      readonly left: Expr
      readonly right: Expr
    }
  | { readonly kind: 'concat'; readonly at: number; readonly items: readonly Expr[] }
  | {
      readonly kind: 'compare'
      readonly at: number
      readonly operator: CompareOperator
      readonly left: Expr
      readonly right: Expr
    }
  | {
      readonly kind: 'distinct'
      readonly at: number
      readonly negated: boolean
      readonly left: Expr
      readonly right: Expr
    }
  | {
      readonly kind: 'logical'
      readonly at: number
      readonly operator: 'AND' | 'OR'
      readonly items: readonly Expr[]
    }
  | { readonly kind: 'not'; readonly at: number; readonly base: Expr }
  | { readonly kind: 'is-null'; readonly at: number; readonly negated: boolean; readonly base: Expr }
  | {
      readonly kind: 'between'
      readonly at: number
      readonly negated: boolean
      readonly base: Expr
      readonly low: Expr
      readonly high: Expr
    }
  | {
      readonly kind: 'in'
      readonly at: number
      readonly negated: boolean
      readonly base: Expr
      readonly items: readonly Expr[]
    }
  | {
      readonly kind: 'in-query'
      readonly at: number
      readonly negated: boolean
      readonly base: Expr
      readonly query: Query
    }
  | {
      readonly kind: 'like'
      readonly at: number
      readonly negated: boolean
      readonly base: Expr
      readonly pattern: Expr
      readonly escape?: Expr
    }
  | { readonly kind: 'exists'; readonly at: number; readonly query: Query }
  | { readonly kind: 'scalar-query'; readonly at: number; readonly query: Query }
  | {
      readonly kind: 'case'
      readonly at: number
      readonly operand?: Expr
      readonly whens: readonly { readonly when: Expr; readonly result: Expr }[]
      readonly otherwise?: Expr
    }
  | {
      readonly kind: 'cast'
      readonly at: number
      readonly base: Expr
      readonly to: Type
      readonly tolerant: boolean
      /** Of varchar(n). */
      readonly length?: number
    }
  | { readonly kind: 'row'; readonly at: number; readonly items: readonly Expr[] }
  | { readonly kind: 'array'; readonly at: number; readonly items: readonly Expr[] }
  | { readonly kind: 'time-zone'; readonly at: number; readonly base: Expr; readonly zone: string }

export type SelectItem =
  | { readonly kind: 'expr'; readonly at: number; readonly expr: Expr; readonly alias?: string }
  | { readonly kind: 'star'; readonly at: number; readonly qualifier?: string }

export type JoinKind = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS'

export type Relation =
  | {
      readonly kind: 'table'
      readonly at: number
      readonly name: string
      readonly store: boolean
      readonly alias?: Alias
    }
  | {
      readonly kind: 'subquery'
      readonly at: number
      readonly query: Query
      readonly lateral: boolean
      readonly alias?: Alias
    }
  | {
      readonly kind: 'unnest'
      readonly at: number
      readonly args: readonly Expr[]
      readonly ordinality: boolean
      readonly alias?: Alias
    }
  | {
      readonly kind: 'join'
      readonly at: number
      readonly join: JoinKind
      readonly left: Relation
      readonly right: Relation
      readonly on?: Expr
      readonly using?: readonly Name[]
    }

export interface Alias {
  readonly name: string
  readonly columns?: readonly string[]
}

/** One element of GROUP BY. A plain expression is a set of its own. */
export interface GroupElement<E> {
  readonly kind: 'expr' | 'ROLLUP' | 'CUBE' | 'GROUPING SETS'
  readonly sets: readonly (readonly E[])[]
}

export interface Select {
  readonly kind: 'select'
  readonly at: number
  readonly distinct: boolean
  readonly items: readonly SelectItem[]
  readonly from?: Relation
  readonly where?: Expr
  readonly groupBy: readonly GroupElement<Expr>[]
  readonly having?: Expr
  readonly windows: readonly { readonly name: Name; readonly window: Window }[]
}

export interface SetOperation {
  readonly kind: 'set'
  readonly at: number
  readonly operator: 'UNION' | 'EXCEPT' | 'INTERSECT'
  readonly all: boolean
  readonly left: Body
  readonly right: Body
}

export interface Values {
  readonly kind: 'values'
  readonly at: number
  readonly rows: readonly (readonly Expr[])[]
}

/** A parenthesised query with its own WITH, ORDER BY or LIMIT is kept as it is. */
export type Body =
  | Select
  | SetOperation
  | Values
  | { readonly kind: 'query'; readonly at: number; readonly query: Query }

export interface Query {
  readonly at: number
  readonly with: readonly {
    readonly name: string
    readonly at: number
    readonly columns?: readonly string[]
    readonly query: Query
  }[]
  readonly body: Body
  readonly orderBy: readonly SortItem[]
  readonly offset?: number
  readonly limit?: number
}
