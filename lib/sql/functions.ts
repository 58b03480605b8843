import { type Signature, signature } from './signature.ts'
import type { Type } from './types.ts'

/** One allowed function: what it takes, what it gives, and how each engine is asked for exactly Trino's answer. */
export interface FunctionDefinition {
  readonly name: string
  readonly kind: 'scalar' | 'aggregate' | 'window'
  readonly signatures: readonly Signature[]
  /** DuckDB's text from the emitted arguments; without it the same call. Must be atomic: no outer parentheses needed. */
  readonly duckdb?: (args: readonly string[], types: readonly Type[], returns: Type) => string
  /** Put around the call with its FILTER and OVER, for DuckDB. */
  readonly duckdbWrap?: (call: string, returns: Type) => string
  /** Athena's text, where it is not the same call. */
  readonly athena?: (args: readonly string[], types: readonly Type[], returns: Type) => string
  /** Refuses argument values the engines would not agree on; gets literal texts, undefined for other expressions. */
  readonly check?: (literals: readonly (string | undefined)[], types: readonly Type[]) => string | undefined
  /** Which arguments are put in order, and so cannot be maps, arrays or rows. */
  readonly orders?: 'all' | 'last'
  /** Trino has no decimal version, so a decimal argument becomes a double. */
  readonly decimals?: boolean
  readonly warning?: string
}

type Options = Omit<FunctionDefinition, 'name' | 'kind' | 'signatures'>

const define =
  (kind: FunctionDefinition['kind']) =>
  (name: string, signatures: string | readonly string[], options: Options = {}): FunctionDefinition => ({
    name,
    kind,
    signatures: [signatures].flat().map(signature),
    ...options,
  })

export const scalar = define('scalar')
export const aggregate = define('aggregate')
export const window = define('window')

/** The same function under another name in DuckDB. */
export const renamed = (name: string) => (args: readonly string[]) => `${name}(${args.join(', ')})`

/** The emitted text of a small non-negative integer literal. */
export const isCount = (text: string | undefined): boolean => text !== undefined && /^\d{1,9}$/.test(text)
