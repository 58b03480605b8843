import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/** An answer with its whole body. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Uint8Array
}

export interface HttpGet {
  readonly protocol: 'http:' | 'https:'
  readonly hostname: string
  readonly port: number | undefined
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** Silence after which a request is given up and asked again (milliseconds). */
const IDLE = 30_000

/** A body beyond the limit that was set: nothing more of it is read. */
export class BodyTooLarge extends Error {
  override name = 'BodyTooLarge'
}

/**
 * A GET over connections that are kept: at most `sockets` at once. Answers whatever the status is; rejects when the connection
 * fails, is silent for 30 seconds or breaks off before the body is whole, and with `BodyTooLarge` for a body above `limit` bytes.
 * Bodies come as sent: a content encoding is not undone.
 */
export const httpGetter = (sockets: number, limit: number): ((get: HttpGet) => Promise<HttpAnswer>) => {
  const options = { keepAlive: true, maxSockets: sockets, scheduling: 'lifo', timeout: IDLE } as const
  const agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) }
  return ({ protocol, hostname, port, path, headers }) =>
    new Promise((resolve, reject) => {
      const send = protocol === 'http:' ? httpRequest : httpsRequest
      const agent = agents[protocol]
      const host = hostname.replace(/^\[|\]$/g, '')
      const sent = send({ agent, hostname: host, port, path, headers, timeout: IDLE }, (response) =>
        bodyOf(response, limit).then(
          (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          (error: unknown) => {
            sent.destroy()
            reject(error)
          },
        ),
      )
      sent.on('timeout', () => sent.destroy(new Error(`no byte for ${IDLE / 1000} seconds`)))
      sent.on('error', reject)
      sent.end()
    })
}

const bodyOf = (response: IncomingMessage, limit: number): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let size = 0
    const expected = Number(response.headers['content-length'] ?? Number.NaN)
    const tooLarge = (found: number) => new BodyTooLarge(`expected at most ${limit} bytes, found ${found}`)
    if (expected > limit) return reject(tooLarge(expected))
    response.on('data', (part: Buffer) => {
      parts.push(part)
      size += part.length
      if (size > limit) reject(tooLarge(size))
    })
    response.on('error', reject)
    response.on('end', () => {
      if (!Number.isNaN(expected) && size !== expected) {
        return reject(new Error(`the body broke off: expected ${expected} bytes, found ${size}`))
      }
      resolve(parts.length === 1 ? parts[0]! : Buffer.concat(parts, size))
    })
  })
