import type { CallExpr, Expr } from './ast.ts'
import { checkSort, checkWindow } from './check-window.ts'
import type { Checker } from './checker.ts'
import { bring } from './coerce.ts'
import { columnText } from './column-text.ts'
import { checkEventJson } from './event-json.ts'
import { FUNCTIONS, REFUSED_FUNCTIONS } from './function-table.ts'
import type { FunctionDefinition } from './functions.ts'
import { isAggregated } from './grouping.ts'
import { periodOf } from './placeholder.ts'
import { findRelation, type Scope } from './scope.ts'
import { ANY, type Bindings, fits, type Pattern, resolve, type Signature } from './signature.ts'
import { quoted, refuse, suggestion } from './sql-error.ts'
import type { Typed } from './typed.ts'
import { isArray, isDecimal, isOrderable, type Type, typeName } from './types.ts'

/** Resolves a function call against the table of allowed functions. */
export const checkCall = (checker: Checker, call: CallExpr, scope: Scope): Typed => {
  if (call.name === 'at_timezone') return checkAtTimeZone(checker, call, scope)
  if (call.name === 'try') return checkTry(checker, call, scope)
  const special = checkEventJson(checker, call, scope)
  if (special) return special
  const fn = FUNCTIONS.get(call.name) ?? unknownFunction(call)
  if (call.star && call.name !== 'count')
    refuse(call.at, `only count takes *; ${call.name}(*) does not exist`)
  const jsonValue = checkJsonValue(checker, call, scope)
  if (jsonValue) return jsonValue
  const { args, returns } = checkArguments(checker, fn, withPeriod(checker, call), scope)
  const types = args.map((arg) => arg.type)
  const problem = fn.check?.(
    args.map((arg) => (arg.op === 'literal' && arg.value !== null ? arg.value : undefined)),
    types,
  )
  if (problem) refuse(call.at, `${call.name}: ${problem}`)
  const ordered = fn.orders === 'all' ? types : fn.orders === 'last' ? types.slice(-1) : []
  const compares = call.name === 'greatest' || call.name === 'least'
  const unordered = ordered.find((type) => !isOrderable(isArray(type) && !compares ? type.array : type))
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

const unknownFunction = (call: CallExpr): never => {
  const reason = Object.hasOwn(REFUSED_FUNCTIONS, call.name)
    ? `: ${REFUSED_FUNCTIONS[call.name]}`
    : suggestion(call.name, FUNCTIONS.keys())
  return refuse(call.at, `the function ${quoted(call.name)} is not in the dialect${reason}`)
}

const checkAtTimeZone = (checker: Checker, call: CallExpr, scope: Scope): Typed => {
  const [base, zone] = call.args
  if (!base || zone?.kind !== 'literal' || zone.type !== 'varchar')
    return refuse(call.at, "at_timezone takes a time and a literal zone: at_timezone(time, 'Europe/Berlin')")
  return checker.expr({ kind: 'time-zone', at: call.at, base, zone: zone.value ?? '' }, scope)
}

/** TRY(x): a cast is TRY_CAST, anything else NULL where it fails. */
const checkTry = (checker: Checker, call: CallExpr, scope: Scope): Typed => {
  if (call.args.length !== 1) refuse(call.at, 'try takes one expression')
  const base = checker.expr(call.args[0]!, scope)
  if (base.op === 'cast') return { ...base, tolerant: true }
  if (isAggregated(base)) refuse(call.at, 'try takes no aggregates')
  return { op: 'try', at: call.at, type: base.type, base }
}

/** element_at over a map that is stored as JSON text reads just that key. */
const checkJsonValue = (checker: Checker, call: CallExpr, scope: Scope): Typed | undefined => {
  if (call.name !== 'element_at' || call.args.length !== 2) return undefined
  const base = checker.expr(call.args[0]!, scope)
  const key = checker.expr(call.args[1]!, scope)
  if (base.type !== 'jsontext' || key.op !== 'literal' || key.type !== 'varchar' || key.value === null)
    return undefined
  return { op: 'json-value', at: call.at, type: 'varchar', base, key: key.value }
}

/** A dashboard's period stands for the unit of date_trunc. */
const withPeriod = (checker: Checker, call: CallExpr): CallExpr =>
  call.name === 'date_trunc' && call.args.length === 2
    ? { ...call, args: [periodOf(checker, call.args[0]!), call.args[1]!] }
    : call

const checkArguments = (checker: Checker, fn: FunctionDefinition, call: CallExpr, scope: Scope) => {
  const plain = call.args.map((arg) => (arg.kind === 'lambda' ? undefined : checker.expr(arg, scope)))
  for (const exact of [true, false]) {
    for (const candidate of fn.signatures) {
      const found = tryCandidate({ checker, fn, call, scope, plain, candidate, exact })
      if (found) return found
    }
  }
  // Notes of what is then refused all the same would only confuse.
  const notes: string[] = []
  const quiet: Checker = { ...checker, warn: (note) => notes.push(note) }
  const asText = plain.map((arg) => arg && columnText(quiet, arg))
  if (asText.some((arg, index) => arg !== plain[index])) {
    for (const candidate of fn.signatures) {
      const found = tryCandidate({ checker, fn, call, scope, plain: asText, candidate, exact: false })
      if (!found) continue
      for (const note of notes) checker.warn(note)
      return found
    }
  }
  const given = plain.map((arg) => (arg ? typeName(arg.type) : 'a lambda')).join(', ')
  const wanted = fn.signatures
    .map((candidate) => `${call.name}(${candidate.params.map(patternName).join(', ')})`)
    .join(' or ')
  return refuse(
    call.at,
    `${call.name}(${given}) does not fit; expected ${wanted}${decimalHint(plain)}${nestedHint(call, plain)}`,
  )
}

/** element_at of what element_at or a dot gave: text, which may hold JSON. */
const nestedHint = (call: CallExpr, [base]: readonly (Typed | undefined)[]): string =>
  call.name === 'element_at' && base?.op === 'json-value'
    ? `; the value is JSON text: write json_extract_scalar(${base.base.op === 'column' ? base.base.name : 'the map'}, '$.${base.key}. ...')`
    : ''

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

/** Functions of which Trino has a decimal version too, with another text of the answer: `2` instead of `2.0`. */
const HAS_DECIMALS = new Set([
  'abs',
  'ceil',
  'ceiling',
  'floor',
  'round',
  'mod',
  'sign',
  'truncate',
  'sum',
  'avg',
])

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
  if (HAS_DECIMALS.has(call.name) && plain.some((arg) => arg && isDecimal(arg.type)))
    attempt.checker.warn(`${call.name} of a decimal is computed in double precision`)
  const args = call.args.map((arg, index) => {
    const value = plain[index]
    if (!value) return checkLambda(attempt, arg, wanted(index), bindings)
    const pattern = wanted(index)
    if (pattern.is === 'variable' && pattern.name === ANY) return value
    // The names of a row's fields are its own.
    if (pattern.is === 'array' && pattern.of.is === 'row') return value
    return bring(value, resolve(pattern, bindings), `argument ${index + 1} of ${call.name}`)
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
  if (pattern.is === 'row') return `row(${pattern.fields.map(patternName).join(', ')})`
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
  if (call.orderBy.length > 0 && call.name !== 'array_agg' && call.name !== 'listagg')
    refuse(call.at, 'ORDER BY inside a call fits only array_agg and listagg')
  if (call.name === 'listagg' && (call.orderBy.length === 0 || call.over))
    refuse(call.at, "listagg is written listagg(x, ',') WITHIN GROUP (ORDER BY x), without OVER")
  if (call.over && (call.distinct || call.orderBy.length > 0))
    refuse(call.at, 'DISTINCT and ORDER BY do not fit a window function')
  if (call.ignoreNulls && fn.kind !== 'window') refuse(call.at, `IGNORE NULLS does not fit ${call.name}`)
}
