import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { cloudTrailAnswer } from './cloudtrail-server.ts'
import { etagOf, listing } from './s3-listing.ts'
import type { Answer, Served } from './served.ts'
import { type Signed, signedBy } from './sigv4.ts'

export interface S3Server {
  readonly endpoint: string
  readonly served: Served
  /** Requests by operation: `GetObject`, `ListObjectsV2`, `ListPublicKeys`, ... */
  readonly requests: Map<string, number>
  /** Most requests that were open at once. */
  readonly peak: () => number
  close(): Promise<void>
}

/** The secret key with which callers must sign. */
export const SECRET = 'test'

/**
 * S3 and CloudTrail on the loopback interface, path style, as far as validating log files needs them: the AWS SDK and the AWS CLI talk
 * to it as they do to AWS. Signatures of requests are checked.
 */
export const s3Server = async (served: Served): Promise<S3Server> => {
  const requests = new Map<string, number>()
  const counter = { s3: 0, open: 0, peak: 0 }
  const seen = new Set<string>()
  const server = createServer(async (request, response) => {
    counter.peak = Math.max(counter.peak, ++counter.open)
    const body = await bodyOf(request)
    if (served.latency) await sleep(served.latency)
    const answer = answerTo(served, { request, body, signed: signedBy(request, SECRET), counter, seen })
    requests.set(answer.operation, (requests.get(answer.operation) ?? 0) + 1)
    counter.open--
    send(response, request.method === 'HEAD', answer)
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const close = () =>
    new Promise<void>((done) => {
      server.closeAllConnections()
      server.close(() => done())
    })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { endpoint, served, requests, peak: () => counter.peak, close }
}

interface Asked {
  readonly request: IncomingMessage
  readonly body: string
  readonly signed: Signed | undefined
  readonly counter: { s3: number }
  /** Keys asked for before. */
  readonly seen: Set<string>
}

const answerTo = (served: Served, asked: Asked): Answer => {
  const { request, body, signed, counter } = asked
  const target = String(request.headers['x-amz-target'] ?? '')
  if (target) return cloudTrailAnswer(served, target.split('.').at(-1)!, body, signed?.region ?? '')
  if (!signed?.valid) return s3Error('Refused', 403, 'SignatureDoesNotMatch', 'The signature does not match')
  if (served.slowDownEvery && ++counter.s3 % served.slowDownEvery === 0) {
    return s3Error('SlowDown', 503, 'SlowDown', 'Please reduce your request rate.')
  }
  // Not by URL: it would fold the dots of a key such as a/../b.
  const [path = '', search = ''] = (request.url ?? '/').split('?')
  const query = new URLSearchParams(search)
  const [bucket = '', ...rest] = path.slice(1).split('/')
  const key = decodeURIComponent(rest.join('/'))
  const region = served.regions?.[bucket]
  if (region && signed.region !== region) return elsewhere(region)
  if (!exists(served, bucket)) return s3Error('NoSuchBucket', 404, 'NoSuchBucket', 'No such bucket')
  if (key) return objectAnswer(served, bucket, key, asked)
  if (query.has('location')) return location(region)
  if (served.closedBuckets?.includes(bucket)) {
    return s3Error('ListObjects', 403, 'AccessDenied', 'Access Denied')
  }
  return listing(served, bucket, query)
}

const exists = ({ objects, bucket: own, emptyBuckets = [], closedBuckets = [] }: Served, bucket: string) =>
  bucket === own ||
  emptyBuckets.includes(bucket) ||
  closedBuckets.includes(bucket) ||
  [...objects.values()].some((object) => object.bucket === bucket)

const elsewhere = (region: string): Answer => ({
  ...s3Error('PermanentRedirect', 301, 'PermanentRedirect', `The bucket is in ${region}`),
  headers: { 'content-type': 'application/xml', 'x-amz-bucket-region': region },
})

const location = (region = ''): Answer => ({
  operation: 'GetBucketLocation',
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${region}</LocationConstraint>`,
})

type Refusal = readonly [operation: string, status: number, code: string, message: string]

const REFUSALS: Readonly<Record<'access-denied' | 'archived' | 'kms-denied' | 'error-once', Refusal>> = {
  'access-denied': ['GetObject', 403, 'AccessDenied', 'Access Denied'],
  archived: ['GetObject', 403, 'InvalidObjectState', "Not valid for the object's storage class"],
  'kms-denied': ['GetObject', 403, 'AccessDenied', 'User is not authorized to perform: kms:Decrypt'],
  'error-once': ['GetObject', 500, 'InternalError', 'We encountered an internal error.'],
}

const objectAnswer = (served: Served, bucket: string, key: string, { seen }: Asked): Answer => {
  const fault = served.faults?.get(key)
  const again = seen.has(key)
  seen.add(key)
  if (fault && fault in REFUSALS && !(fault === 'error-once' && again)) {
    return s3Error(...REFUSALS[fault as keyof typeof REFUSALS])
  }
  const object = served.objects.get(key)
  if (!object || (object.bucket ?? served.bucket) !== bucket) {
    return s3Error('GetObject', 404, 'NoSuchKey', 'The specified key does not exist.')
  }
  if (object.storageClass === 'GLACIER' && !object.restoredUntil) return s3Error(...REFUSALS.archived)
  const meta = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value] as const)
  return {
    operation: 'GetObject',
    headers: {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'last-modified': 'Sun, 01 Nov 2026 00:00:00 GMT',
      etag: `"${etagOf(object.bytes)}"`,
      ...Object.fromEntries(meta),
    },
    body: object.bytes,
    breakOff: fault === 'broken-off' || (fault === 'broken-off-once' && !again),
  }
}

const send = (response: ServerResponse, isHead: boolean, answer: Answer): void => {
  const bytes = Buffer.from((answer.body ?? '') as Uint8Array)
  response.writeHead(answer.status ?? 200, { 'content-length': bytes.length, ...answer.headers })
  if (isHead) response.end()
  else if (answer.breakOff) response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
  else response.end(bytes)
}

export const s3Error = (operation: string, status: number, code: string, message: string): Answer => ({
  operation,
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
})

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}
