import {
  coerces,
  commonType,
  isArray,
  isDecimal,
  isMap,
  isRow,
  isZoned,
  sameType,
  type Type,
} from './types.ts'

/** What a parameter takes: a type, a type variable (`T`), a container of these, or a lambda. */
export type Pattern =
  | { readonly is: 'type'; readonly type: Type }
  | { readonly is: 'variable'; readonly name: string }
  | { readonly is: 'array'; readonly of: Pattern }
  | { readonly is: 'row'; readonly fields: readonly Pattern[] }
  | { readonly is: 'map'; readonly key: Pattern; readonly value: Pattern }
  | { readonly is: 'lambda'; readonly params: readonly Pattern[]; readonly result: Pattern }

export interface Signature {
  readonly params: readonly Pattern[]
  /** Does the last parameter repeat? */
  readonly variadic: boolean
  readonly returns: Pattern
}

/** A variable that stands for another type at every argument. */
export const ANY = 'A'

export type Bindings = Map<string, Type>

/** Reads `array<T>, fn<T, boolean> -> array<T>`; `T...` repeats. The table of functions is written in it. */
export const signature = (text: string): Signature => {
  const [params, returns] = text.split('->').map((part) => part.trim())
  const list = splitTop(params!)
  const variadic = list.at(-1)?.endsWith('...') ?? false
  return {
    params: list.map((param) => pattern(param.replace('...', ''))),
    variadic,
    returns: pattern(returns!),
  }
}

const pattern = (text: string): Pattern => {
  const container = /^(array|map|row|fn)<(.*)>$/.exec(text)
  if (!container)
    return /^[A-Z]$/.test(text) ? { is: 'variable', name: text } : { is: 'type', type: text as Type }
  const parts = splitTop(container[2]!).map(pattern)
  if (container[1] === 'array') return { is: 'array', of: parts[0]! }
  if (container[1] === 'row') return { is: 'row', fields: parts }
  if (container[1] === 'map') return { is: 'map', key: parts[0]!, value: parts[1]! }
  return { is: 'lambda', params: parts.slice(0, -1), result: parts.at(-1)! }
}

const splitTop = (text: string): string[] => {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '<') depth++
    if (text[at] === '>') depth--
    if (at < text.length && (text[at] !== ',' || depth > 0)) continue
    const part = text.slice(start, at).trim()
    if (part) parts.push(part)
    start = at + 1
  }
  return parts
}

/** Does a type fit a pattern? Binds type variables. Exact mode takes no coercion. */
export const fits = (wanted: Pattern, type: Type, bindings: Bindings, exact: boolean): boolean => {
  if (wanted.is === 'type') return sameType(type, wanted.type) || (!exact && coerces(type, wanted.type))
  if (wanted.is === 'variable') return bind(wanted.name, type, bindings, exact)
  if (wanted.is === 'array') return isArray(type) && fits(wanted.of, type.array, bindings, exact)
  if (wanted.is === 'row') return fitsRow(wanted.fields, type, bindings, exact)
  if (wanted.is === 'map') {
    const [key, value] = isMap(type) ? type.map : type === 'jsontext' ? (['varchar', 'varchar'] as const) : []
    return (
      key !== undefined &&
      fits(wanted.key, key, bindings, exact) &&
      fits(wanted.value, value!, bindings, exact)
    )
  }
  return false
}

const fitsRow = (wanted: readonly Pattern[], type: Type, bindings: Bindings, exact: boolean): boolean => {
  const fields = isRow(type) ? Object.values(type.row) : []
  return (
    fields.length === wanted.length &&
    fields.every((field, index) => fits(wanted[index]!, field, bindings, exact))
  )
}

/** `Z` stands for times of another zone than UTC, `D` for decimals, any other letter for any type. */
const allowed = (name: string, type: Type): boolean =>
  name === 'Z' ? isZoned(type) : name === 'D' ? isDecimal(type) : true

const bind = (name: string, type: Type, bindings: Bindings, exact: boolean): boolean => {
  if (!allowed(name, type)) return false
  if (name === ANY) return true
  const bound = bindings.get(name)
  const common = bound === undefined ? type : commonType(bound, type)
  if (common === undefined || (exact && bound !== undefined && !sameType(bound, type))) return false
  bindings.set(name, common)
  return true
}

/** The type a pattern stands for once its variables are bound. */
export const resolve = (wanted: Pattern, bindings: Bindings): Type => {
  if (wanted.is === 'type') return wanted.type
  if (wanted.is === 'variable') return bindings.get(wanted.name) ?? 'unknown'
  if (wanted.is === 'array') return { array: resolve(wanted.of, bindings) }
  if (wanted.is === 'row') {
    return {
      row: Object.fromEntries(
        wanted.fields.map((field, index) => [`field${index}`, resolve(field, bindings)]),
      ),
    }
  }
  if (wanted.is === 'map') return { map: [resolve(wanted.key, bindings), resolve(wanted.value, bindings)] }
  return resolve(wanted.result, bindings)
}
