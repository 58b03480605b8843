import { parse } from 'yaml'
import * as z from 'zod'
import { ContentError, messageOf } from '../errors.ts'

/** What a pack is about: its `pack.yml`. */
export interface PackHead {
  readonly title: string
  readonly about: string
}

const HEAD = z.strictObject({ title: z.string().min(1), about: z.string().min(1) })

/** Reads a pack.yml. Throws ContentError naming the file, what was expected and where. */
export const parsePackHead = (file: string, text: string): PackHead => {
  try {
    return HEAD.parse(parse(text, { maxAliasCount: 0 }))
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : []
    const what = issue ? `${issue.path.join('.') || 'pack'}: ${issue.message}` : messageOf(error)
    throw new ContentError(file, what, { cause: error })
  }
}
