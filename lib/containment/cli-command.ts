import type { ApiCall, Json } from '../action.ts'

/** Names that need no quotes and that the AWS CLI takes literally: no leading dash, no `file://`. */
const PLAIN = /^[A-Za-z0-9*][A-Za-z0-9_+=,.@:/*#-]*$/
const URL_LIKE = /^[A-Za-z0-9+.-]+:\/\//
const PRINTABLE = /^[\x20-\x7e]*$/

/** CLI names of services whose command is not the SDK's id. */
const COMMANDS: Readonly<Record<string, string>> = { s3: 's3api' }

/**
 * The exact `aws ...` command line of a call, for a POSIX shell, on one line of printable ASCII. Whatever an option could
 * misread (a leading dash, `file://`, control characters) goes as `--cli-input-json` instead, so that a hostile name
 * is never more than a name.
 */
export const awsCliCommand = (call: ApiCall): string => {
  const service = COMMANDS[call.service] ?? call.service
  const words = ['aws', service, kebab(call.operation), ...optionsOf(call.input)]
  if (call.region !== undefined) words.push('--region', call.region)
  return words.map(shellQuote).join(' ')
}

/** A word as a POSIX shell reads it back. */
export const shellQuote = (word: string): string =>
  /^[A-Za-z0-9_+=,.@:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

const optionsOf = (input: ApiCall['input']): readonly string[] => {
  const options = Object.entries(input).map(([name, value]) => optionOf(name, value))
  return options.every((option) => option !== undefined)
    ? options.flat()
    : ['--cli-input-json', asciiJson(input as Json)]
}

const optionOf = (name: string, value: Json): readonly string[] | undefined => {
  const option = `--${kebab(name)}`
  if (typeof value === 'boolean') return [value ? option : `--no-${kebab(name)}`]
  if (typeof value === 'number') return [option, String(value)]
  if (typeof value === 'string') return isLiteral(value) ? [option, value] : undefined
  return value === null ? undefined : [option, asciiJson(value)]
}

/** A text the CLI takes as it stands: a plain name, a JSON document such as a policy, or the place of what is not known yet. */
const isLiteral = (text: string): boolean =>
  (PLAIN.test(text) && !URL_LIKE.test(text)) || (/^[{<]/.test(text) && PRINTABLE.test(text))

const asciiJson = (value: Json): string =>
  JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** `ModifyDBSnapshotAttribute` -> `modify-db-snapshot-attribute`, as botocore's xform_name does. */
const kebab = (name: string): string =>
  name
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1-$2')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
