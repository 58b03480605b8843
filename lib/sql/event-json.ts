import type { CallExpr, Expr } from './ast.ts'
import type { Checker } from './checker.ts'
import { FUNCTIONS } from './function-table.ts'
import { jsonPathSteps } from './json-path.ts'
import type { Scope } from './scope.ts'
import { refuse } from './sql-error.ts'
import type { Typed } from './typed.ts'
import { isArray, isRow } from './types.ts'

const EXTRACTORS = ['json_extract_scalar', 'json_extract']

/**
 * json_extract over `eventJson`, which is not stored, and over columns that are rows here and JSON text in some tables:
 * the path leads to the column, and what is left of it into the JSON below.
 */
export const checkEventJson = (checker: Checker, call: CallExpr, scope: Scope): Typed | undefined => {
  const [source, path] = call.args
  if (!EXTRACTORS.includes(call.name) || call.args.length !== 2 || source?.kind === 'lambda') return undefined
  const steps =
    path?.kind === 'literal' && path.type === 'varchar' ? jsonPathSteps(path.value ?? '') : undefined
  if (!source || !steps || steps.length === 0) return undefined
  if (source.kind === 'name' && source.name.toLowerCase() === 'eventjson') {
    return follow(checker, call, { kind: 'name', at: call.at, name: steps[0]! }, steps.slice(1), scope)
  }
  const isColumn = source.kind === 'name' || source.kind === 'field'
  const base = isColumn ? checker.expr(source, scope) : undefined
  return base && (isRow(base.type) || isArray(base.type))
    ? follow(checker, call, source, steps, scope)
    : undefined
}

/** Walks rows and arrays by the steps of the path, as long as there are any. */
const follow = (
  checker: Checker,
  call: CallExpr,
  start: Expr,
  path: readonly string[],
  scope: Scope,
): Typed => {
  let expr = start
  let steps = path
  for (;;) {
    const { type } = checker.expr(expr, scope)
    const [step] = steps
    if (step === undefined || !(isRow(type) || isArray(type))) break
    expr = isRow(type) ? { kind: 'field', at: call.at, base: expr, name: step } : element(call, expr, step)
    steps = steps.slice(1)
  }
  return leaf(checker, call, expr, steps, scope)
}

const element = (call: CallExpr, base: Expr, step: string): Expr => {
  if (!/^\d{1,4}$/.test(step)) refuse(call.at, `this is an array: the path needs a position, found ${step}`)
  const index: Expr = { kind: 'literal', at: call.at, type: 'integer', value: String(Number(step) + 1) }
  return { ...call, name: 'element_at', args: [base, index] }
}

const leaf = (
  checker: Checker,
  call: CallExpr,
  expr: Expr,
  steps: readonly string[],
  scope: Scope,
): Typed => {
  const base = checker.expr(expr, scope)
  if (base.type === 'jsontext') {
    const path = `$${steps.map((step) => `["${step.replace(/["\\]/g, '\\$&')}"]`).join('')}`
    const literal: Expr = { kind: 'literal', at: call.at, type: 'varchar', value: path }
    return checker.expr({ ...call, args: [expr, literal] }, scope)
  }
  if (steps.length > 0) refuse(call.at, `there is nothing below ${steps[0]} here: the value is no JSON`)
  if (call.name === 'json_extract')
    refuse(
      call.at,
      'json_extract reads the JSON columns, such as requestParameters; name the column or its fields',
    )
  const text = eventTimeText(checker, base)
  if (text.type === 'varchar') return text
  return checker.expr({ kind: 'cast', at: call.at, base: expr, to: 'varchar', tolerant: false }, scope)
}

/** eventTime where a text is wanted: as CloudTrail writes it, `2024-01-31T00:00:00Z`. */
export const eventTimeText = (checker: Checker, value: Typed): Typed => {
  if (value.op !== 'column' || value.name !== 'eventtime' || value.type !== 'timestamp') return value
  checker.warn("eventTime is read as text here, in CloudTrail's form: 2024-01-31T00:00:00Z")
  const { at } = value
  const format: Typed = {
    op: 'literal',
    at,
    type: 'varchar',
    literal: 'varchar',
    value: '%Y-%m-%dT%H:%i:%sZ',
  }
  const rest = { star: false, distinct: false, orderBy: [], ignoreNulls: false }
  return {
    op: 'call',
    at,
    type: 'varchar',
    fn: FUNCTIONS.get('date_format')!,
    args: [value, format],
    ...rest,
  }
}
