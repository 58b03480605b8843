import { isObject } from '../../trail/event.ts'

/** One `field|modifier: values` line of a selection. */
export interface Line {
  readonly field: string
  readonly modifiers: readonly string[]
  readonly values: readonly unknown[]
}

/** Alternatives of a selection, each the lines that must all hold; `undefined` for keywords and array blocks. */
export const alternativesOf = (selection: unknown): readonly (readonly Line[] | undefined)[] => {
  if (isObject(selection)) return [linesOf(selection)]
  if (!Array.isArray(selection)) return [undefined]
  return selection.map((entry) => (isObject(entry) ? linesOf(entry) : undefined))
}

const linesOf = (map: Record<string, unknown>): readonly Line[] =>
  Object.entries(map).flatMap(([key, value]) => {
    const [field = '', ...modifiers] = key.split('|')
    if (field === '' || field.endsWith('[any]')) return []
    return [{ field, modifiers, values: Array.isArray(value) ? value : [value] }]
  })
