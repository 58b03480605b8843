/** The parts of a URL as java.net.URI names them, which is what Trino's url_extract functions give. */
const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/
const ILLEGAL = /[\s"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})/

interface Parts {
  readonly protocol?: string | undefined
  readonly host?: string | undefined
  readonly port?: string | undefined
  readonly path: string
  readonly query?: string | undefined
  readonly fragment?: string | undefined
}

const partsOf = (url: string): Parts | undefined => {
  const found = ILLEGAL.test(url) ? null : PARTS.exec(url)
  if (!found) return undefined
  const [, protocol, authority, path = '', query, fragment] = found
  if (/[[\]]/.test(path)) return undefined
  const [, host, port] = /^(?:[^@]*@)?(\[[^\]]*\]|[A-Za-z0-9.-]*)(?::(\d*))?$/.exec(authority ?? '') ?? []
  return { protocol, host: host || undefined, port: port || undefined, path, query, fragment }
}

const decoded = (text: string | undefined): string | null => {
  if (text === undefined) return null
  const bytes = text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  )
  return bytes
}

/** One part of a URL, decoded; NULL where the URL is none. A part that is missing is NULL for a port, else ''. */
export const urlPart = (url: string, part: string): string | null => {
  const parts = partsOf(url)
  if (!parts) return null
  const value = parts[part as keyof Parts]
  if (part === 'port') return value ?? null
  if (value === undefined) return ''
  return part === 'path' || part === 'query' || part === 'fragment' ? decoded(value) : value
}

/** The first value of a parameter of the query, NULL when it is not there. */
export const urlParameter = (url: string, name: string): string | null => {
  const query = partsOf(url)?.query
  for (const pair of query?.split('&') ?? []) {
    const at = pair.indexOf('=')
    const key = at < 0 ? pair : pair.slice(0, at)
    if (urlDecode(key) === name) return at < 0 ? '' : urlDecode(pair.slice(at + 1))
  }
  return null
}

/** application/x-www-form-urlencoded, as Java writes it. */
export const urlEncode = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')

/** The inverse of `urlEncode`. Throws on a % that is not followed by two hex digits. */
export const urlDecode = (text: string): string => {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw new Error('a % that is not followed by two hex digits')
  return decoded(text.replaceAll('+', ' ')) ?? ''
}
