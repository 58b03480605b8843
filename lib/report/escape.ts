/**
 * The one escaping layer. Every name in a log is chosen by whoever made the call, so whatever is shown goes through one
 * of these: HTML text and attributes, Markdown, JSON as text, the terminal.
 */

/** Controls, format characters (bidi, zero-width, tags), lone surrogates, private use and blank letters. */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u{3164}\u{ffa0}\u{fffe}\u{ffff}]|\u{34f}|\u{115f}|\u{1160}|\u{17b4}|\u{17b5}/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * One line in which nothing hides: controls, ANSI escapes, bidi overrides and invisible characters become `\x1b`,
 * `\u202e`, `\u{e0041}`; line breaks and tabs `\n`, `\r`, `\t`.
 */
export const visible = (value: string): string => value.replace(INVISIBLE, named)

/** Safe on a terminal: no control sequence, no line of its own, no reordered text. */
export const terminalSafe = (value: unknown): string => visible(String(value))

const named = (character: string): string => {
  const point = character.codePointAt(0)!
  const hex = point.toString(16)
  if (SHORT[character]) return SHORT[character]
  if (point > 0xffff) return `\\u{${hex}}`
  return point > 0xff ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/** HTML text, and the value of a quoted attribute. Line breaks are made visible too: see `html` for text that keeps them. */
export const escapeHtml = (value: string): string => entities(visible(value))

const entities = (value: string): string => value.replace(/[&<>"'`]/g, (character) => ENTITIES[character]!)

const MARKUP = Symbol('markup')

/** Markup that is already safe. Only this file makes it, so no JSON value can pass for it. */
export interface Markup {
  readonly [MARKUP]: string
}

export type HtmlValue = string | number | Markup | undefined | false | readonly HtmlValue[]

/** Builds markup: the template is ours and kept, every value is escaped, markup nests, lists join, `undefined` is nothing. */
export const html = (template: TemplateStringsArray, ...values: readonly HtmlValue[]): Markup => {
  let markup = template[0]!
  for (let i = 0; i < values.length; i++) markup += rendered(values[i]) + template[i + 1]!
  return { [MARKUP]: markup }
}

const rendered = (value: HtmlValue): string => {
  if (value === undefined || value === false) return ''
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  return MARKUP in value ? value[MARKUP] : value.map(rendered).join('')
}

/** Text of several lines of our own making (`jsonText`): line breaks stay, everything else is escaped. */
export const preformatted = (value: string): Markup => ({
  [MARKUP]: value.split('\n').map(escapeHtml).join('\n'),
})

/** The finished document. */
export const markupText = (markup: Markup): string => markup[MARKUP]

/**
 * A value as JSON of several lines, at most `max` characters. What is invisible, and the backtick, become JSON's own
 * `\uXXXX`, so that the text still parses and means the same (unless it was cut, which it then says in its last line).
 */
export const jsonText = (value: unknown, max: number): string => {
  const json = stringified(value)
  if (json.length <= max) return jsonEscaped(json)
  const kept = json.slice(0, max)
  const whole = kept.lastIndexOf('\n') > 0 ? kept.slice(0, kept.lastIndexOf('\n')) : kept
  return `${jsonEscaped(whole)}\n... cut: ${json.length} characters in full`
}

const stringified = (value: unknown): string => {
  try {
    return JSON.stringify(value, null, 2) ?? 'null'
  } catch {
    return '"nested too deeply to be shown"'
  }
}

const jsonEscaped = (json: string): string =>
  json.replace(INVISIBLE, jsonCharacter).replaceAll('`', '\\u0060')

const jsonCharacter = (character: string): string => {
  if (character === '\n') return character
  return Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('')
}

/**
 * A value as a Markdown code span, where no Markdown dialect reads anything: no link, image, mention or HTML. Backtick and
 * pipe, which would end the span or a table cell, become `\x60` and `\x7c`.
 */
export const markdownCode = (value: string): string => {
  const safe = visible(value).replaceAll('`', '\\x60').replaceAll('|', '\\x7c')
  if (safe.trim() === '') return '(empty)'
  return safe.endsWith('\\') ? `\`${safe} \`` : `\`${safe}\``
}

/** Words and plain punctuation, starting with a letter: nothing in it means anything to Markdown. */
const PLAIN = /^[A-Za-z](?:[A-Za-z0-9 ]|[,;:.'](?= |$)|'(?=[a-z])|-(?=[A-Za-z0-9])|[()](?![()[]))*$/

/** Prose as it is where it is plain, else as a code span. */
export const markdownText = (value: string): string =>
  PLAIN.test(value) ? value.trim() : markdownCode(value)
