import type { ReportInput } from '../../lib/report/model.ts'

/** Texts that have broken reports before: out of tags, attributes, comments, styles, Markdown, terminals, reading order. */
export const HOSTILE: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)' x='",
  'x onfocus=alert(1) autofocus ',
  'javascript:alert(1)',
  '</style><script>alert(1)</script>',
  '</title><svg onload=alert(1)>',
  '</desc></svg><iframe src="https://evil.example/"></iframe>',
  '</pre></details></article><h1>All clear</h1>',
  '<!--',
  '--><b>bold</b><!--',
  ']]><script>alert(1)</script>',
  '<![CDATA[<script>alert(1)</script>',
  '&lt;script&gt;&#x3c;b&#x3e;&quot;&amp',
  '\u202eevil\u2066rtl\u2069 \u200b\u2028\u2029\ufeff\u{e0041}',
  'nul\0 bell\u0007 c1\u009b31m',
  '\u001b[31mred\u001b[0m \u001b]8;;https://evil.example/\u0007link\u001b]8;;\u0007',
  'lone \ud800 surrogate \udc00',
  '[click](javascript:alert(1)) [ref]: https://evil.example',
  '![pixel](https://evil.example/p.png)',
  '<https://evil.example> https://evil.example www.evil.example a@evil.example @everyone #1',
  '`code` ``more`` ``` <b>',
  '```\n# heading\n```',
  'a|b|c\\|d',
  '\r\n\r\n# heading\n\n- item\n\n| a |\n|---|\n\n    code',
  '**bold** __bold__ ~~gone~~ $`x`$ $$y$$',
  'ends with a backslash\\',
  '`\\',
  '{{7*7}} #{7*7} <%= 7*7 %>',
  'url(https://evil.example/x.css);}body{display:none}',
  '__proto__/x',
]

/** Fields whose values are a closed list of ours. */
const CLOSED = new Set(['level', 'status', 'mode', 'reversibility', 'tier'])
const TIMES = new Set(['time', 'from', 'to', 'first', 'last', 'hour'])
/** Objects whose names come from the log or the caller too. */
const OPEN_NAMES = new Set(['raw', 'input', 'skipped'])

/** The same input with `text` in every string, and in every name that is not ours. `keepTimes`: so that the pictures are drawn. */
export const poisoned = (input: ReportInput, text: string, keepTimes: boolean): ReportInput => {
  const walk = (value: unknown, name: string, parent: string, openNames: boolean): unknown => {
    if (typeof value === 'string')
      return isClosed(name, parent) || (keepTimes && TIMES.has(name)) ? value : text
    if (value instanceof Map)
      return new Map([...value].map(([, verdict], i) => [i === 0 ? text : `${text}${i}`, verdict]))
    if (Array.isArray(value)) return value.map((item) => walk(item, name, parent, openNames))
    if (typeof value !== 'object' || value === null) return value
    const open = openNames || OPEN_NAMES.has(name)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [open ? `${key}${text}` : key, walk(item, key, name, open)]),
    )
  }
  return walk(input, '', '', false) as ReportInput
}

const isClosed = (name: string, parent: string): boolean =>
  CLOSED.has(name) || (name === 'kind' && parent !== 'target') || (name === 'type' && parent === 'actions')
