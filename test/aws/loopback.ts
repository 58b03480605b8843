import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as the fake sees it. */
export interface Call {
  readonly method: string
  readonly url: URL
  /** Operation of a JSON protocol: `AWSGlue.GetTable` -> `GetTable`. */
  readonly operation: string
  readonly body: string
  readonly bytes: Buffer
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Sends the headers and half of the body, then hangs up. */
  readonly breakOff?: boolean
}

/** A small AWS on the loopback interface: the real SDK talks to it, so serialisation, retries and errors are real. */
export const loopback = async (answer: (call: Call, n: number) => Answer) => {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    const call = await callOf(request)
    calls.push(call)
    const { status = 200, headers = {}, body = '', breakOff } = answer(call, calls.length)
    const bytes = Buffer.from(body as Uint8Array)
    response.writeHead(status, { 'content-length': bytes.length, ...headers })
    if (!breakOff) return void response.end(bytes)
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () =>
    new Promise<void>((done) => {
      server.closeAllConnections()
      server.close(() => done())
    })
  return { endpoint, calls, close }
}

const callOf = async (request: IncomingMessage): Promise<Call> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const operation = String(request.headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1)!
  const url = new URL(request.url ?? '/', 'http://loopback')
  const bytes = Buffer.concat(parts)
  const body = bytes.toString()
  return { method: request.method ?? '', url, operation, body, bytes, headers: request.headers }
}

/** An answer of a JSON protocol. */
export const json = (value: unknown): Answer => ({
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(value),
})

/** An error of a JSON protocol. */
export const jsonError = (code: string, message = code, status = 400): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({ __type: code, message, Message: message }),
})

/** An error as S3 gives it. */
export const s3Error = (status: number, code: string, message = code): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
})
