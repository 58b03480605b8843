import type { FunctionDefinition } from './functions.ts'
import { AGGREGATE_FUNCTIONS } from './functions-aggregate.ts'
import { COLLECTION_FUNCTIONS } from './functions-collection.ts'
import { JSON_FUNCTIONS } from './functions-json.ts'
import { NUMBER_FUNCTIONS } from './functions-number.ts'
import { TEXT_FUNCTIONS } from './functions-text.ts'
import { TIME_FUNCTIONS } from './functions-time.ts'

/** Every function a query may call. What is not here is refused, on both engines alike. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    ...TEXT_FUNCTIONS,
    ...NUMBER_FUNCTIONS,
    ...TIME_FUNCTIONS,
    ...JSON_FUNCTIONS,
    ...COLLECTION_FUNCTIONS,
    ...AGGREGATE_FUNCTIONS,
  ].map((definition) => [definition.name, definition]),
)
