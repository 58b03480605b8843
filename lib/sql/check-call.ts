import type { CallExpr, Expr, SortItem, Window } from './ast.ts'
import type { Checker } from './checker.ts'
import { bring } from './coerce.ts'
import { FUNCTIONS } from './function-table.ts'
import type { FunctionDefinition } from './functions.ts'
import { findRelation, type Scope } from './scope.ts'
import { type Bindings, fits, type Pattern, resolve, type Signature } from './signature.ts'
import { quoted, refuse, suggestion } from './sql-error.ts'
import type { Typed, TypedSort, TypedWindow } from './typed.ts'
import { isArray, isDecimal, isOrderable, type Type, typeName } from './types.ts'

/** Resolves a function call against the table of allowed functions. */
export const checkCall = (checker: Checker, call: CallExpr, scope: Scope): Typed => {
  const fn = FUNCTIONS.get(call.name) ?? unknownFunction(call)
  if (call.star && call.name !== 'count')
    refuse(call.at, `only count takes *; ${call.name}(*) does not exist`)
  const jsonValue = checkJsonValue(checker, call, scope)
  if (jsonValue) return jsonValue
  const { args, returns } = checkArguments(checker, fn, call, scope)
  const types = args.map((arg) => arg.type)
  const problem = fn.check?.(
    args.map((arg) => (arg.op === 'literal' && arg.value !== null ? arg.value : undefined)),
    types,
  )
  if (problem) refuse(call.at, `${call.name}: ${problem}`)
  const ordered = fn.orders === 'all' ? types : fn.orders === 'last' ? types.slice(-1) : []
  const unordered = ordered.find((type) => !isOrderable(isArray(type) ? type.array : type))
  if (unordered) refuse(call.at, `${call.name}: values of ${typeName(unordered)} cannot be ordered`)
  if (fn.warning) checker.warn(`${call.name} ${fn.warning}`)
  return {
    op: 'call',
    at: call.at,
    type: returns,
    fn,
    args,
    star: call.star,
    ...modifiers(checker, fn, call, scope),
  }
}

const unknownFunction = (call: CallExpr): never =>
  refuse(
    call.at,
    `the function ${quoted(call.name)} is not in the dialect${suggestion(call.name, FUNCTIONS.keys())}`,
  )

/** element_at over a map that is stored as JSON text reads just that key. */
const checkJsonValue = (checker: Checker, call: CallExpr, scope: Scope): Typed | undefined => {
  if (call.name !== 'element_at' || call.args.length !== 2) return undefined
  const base = checker.expr(call.args[0]!, scope)
  const key = checker.expr(call.args[1]!, scope)
  if (base.type !== 'jsontext' || key.op !== 'literal' || key.type !== 'varchar' || key.value === null)
    return undefined
  return { op: 'json-value', at: call.at, type: 'varchar', base, key: key.value }
}

const checkArguments = (checker: Checker, fn: FunctionDefinition, call: CallExpr, scope: Scope) => {
  const plain = call.args.map((arg) => (arg.kind === 'lambda' ? undefined : checker.expr(arg, scope)))
  for (const exact of [true, false]) {
    for (const candidate of fn.signatures) {
      const found = tryCandidate({ checker, fn, call, scope, plain, candidate, exact })
      if (found) return found
    }
  }
  const given = plain.map((arg) => (arg ? typeName(arg.type) : 'a lambda')).join(', ')
  const wanted = fn.signatures
    .map((candidate) => `${call.name}(${candidate.params.map(patternName).join(', ')})`)
    .join(' or ')
  return refuse(call.at, `${call.name}(${given}) does not fit; expected ${wanted}${decimalHint(plain)}`)
}

const decimalHint = (plain: readonly (Typed | undefined)[]): string =>
  plain.some((arg) => arg && isDecimal(arg.type)) ? '; CAST the decimal to double' : ''

interface Attempt {
  readonly checker: Checker
  readonly fn: FunctionDefinition
  readonly call: CallExpr
  readonly scope: Scope
  readonly plain: readonly (Typed | undefined)[]
  readonly candidate: Signature
  readonly exact: boolean
}

const tryCandidate = (attempt: Attempt): { args: Typed[]; returns: Type } | undefined => {
  const { plain, candidate, fn, exact, call } = attempt
  const count = call.args.length
  const { params } = candidate
  if (candidate.variadic ? count < params.length : count !== params.length) return undefined
  const wanted = (index: number): Pattern => params[Math.min(index, params.length - 1)]!
  const bindings: Bindings = new Map()
  const fit = plain.every((arg, index) => {
    if (!arg) return wanted(index).is === 'lambda'
    if (isDecimal(arg.type) && wanted(index).is === 'type' && !fn.decimals) return false
    return fits(wanted(index), arg.type, bindings, exact)
  })
  if (!fit) return undefined
  const args = call.args.map((arg, index) => {
    const value = plain[index]
    if (!value) return checkLambda(attempt, arg, wanted(index), bindings)
    return bring(value, resolve(wanted(index), bindings), `argument ${index + 1} of ${call.name}`)
  })
  return { args, returns: resolve(candidate.returns, bindings) }
}

const checkLambda = (
  { checker, scope, call }: Attempt,
  arg: Expr,
  wanted: Pattern,
  bindings: Bindings,
): Typed => {
  if (arg.kind !== 'lambda' || wanted.is !== 'lambda')
    return refuse(arg.at, `${call.name} expects a lambda here: x -> ...`)
  if (arg.params.length !== wanted.params.length) {
    refuse(
      arg.at,
      `the lambda of ${call.name} takes ${wanted.params.length} parameter(s), found ${arg.params.length}`,
    )
  }
  const taken = arg.params.find((name) => findRelation(scope, name))
  if (taken)
    refuse(arg.at, `the lambda parameter ${taken} is also a table of this query; give it another name`)
  const variables = Object.fromEntries(
    arg.params.map((name, index) => [name, resolve(wanted.params[index]!, bindings)]),
  )
  const body = checker.expr(arg.body, { ...scope, variables: { ...scope.variables, ...variables } })
  if (!fits(wanted.result, body.type, bindings, false)) {
    refuse(
      body.at,
      `the lambda of ${call.name} must give ${typeName(resolve(wanted.result, bindings))}, found ${typeName(body.type)}`,
    )
  }
  return { op: 'lambda', at: arg.at, type: body.type, params: arg.params, body }
}

const patternName = (pattern: Pattern): string => {
  if (pattern.is === 'type') return typeName(pattern.type)
  if (pattern.is === 'variable') return pattern.name
  if (pattern.is === 'array') return `array(${patternName(pattern.of)})`
  if (pattern.is === 'map') return `map(${patternName(pattern.key)}, ${patternName(pattern.value)})`
  return `(${pattern.params.map(patternName).join(', ')}) -> ${patternName(pattern.result)}`
}

const modifiers = (checker: Checker, fn: FunctionDefinition, call: CallExpr, scope: Scope) => {
  refuseMisplaced(fn, call)
  const orderBy = call.orderBy.map((item) => checkSort(checker, item, scope))
  const filter = call.filter && bring(checker.expr(call.filter, scope), 'boolean', 'the condition of FILTER')
  const over = call.over && checkWindow(checker, call.over, scope)
  return {
    distinct: call.distinct,
    orderBy,
    ...(filter && { filter }),
    ...(over && { over }),
    ignoreNulls: call.ignoreNulls,
  }
}

const refuseMisplaced = (fn: FunctionDefinition, call: CallExpr): void => {
  if (fn.kind === 'window' && !call.over) refuse(call.at, `${call.name} needs OVER (...)`)
  if (fn.kind === 'scalar' && (call.over || call.filter || call.distinct || call.orderBy.length > 0)) {
    refuse(call.at, `${call.name} is not an aggregate: DISTINCT, FILTER, ORDER BY and OVER do not fit`)
  }
  if (call.orderBy.length > 0 && call.name !== 'array_agg')
    refuse(call.at, 'ORDER BY inside a call fits only array_agg')
  if (call.over && (call.distinct || call.orderBy.length > 0))
    refuse(call.at, 'DISTINCT and ORDER BY do not fit a window function')
  if (call.ignoreNulls && fn.kind !== 'window') refuse(call.at, `IGNORE NULLS does not fit ${call.name}`)
}

/** One item of ORDER BY: only what both engines order alike. */
export const checkSort = (checker: Checker, item: SortItem, scope: Scope): TypedSort => {
  const expr = checker.expr(item.expr, scope)
  if (!isOrderable(expr.type)) refuse(expr.at, `values of ${typeName(expr.type)} cannot be ordered`)
  return { expr, descending: item.descending, nullsFirst: item.nullsFirst }
}

const checkWindow = (checker: Checker, over: Window, scope: Scope): TypedWindow => ({
  partitionBy: over.partitionBy.map((expr) => checker.expr(expr, scope)),
  orderBy: over.orderBy.map((item) => checkSort(checker, item, scope)),
  ...(over.frame && { frame: over.frame }),
})
