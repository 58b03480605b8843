import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** What the Authorization header says of the caller; undefined without one. */
export interface Signed {
  readonly region: string
  readonly service: string
  readonly valid: boolean
}

/**
 * Checks a Signature Version 4 as AWS does, from the request as it came over the wire. Written from the documentation alone, so that
 * it can contradict whoever signed.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export const signedBy = (request: IncomingMessage, secret: string): Signed | undefined => {
  const [, day, region, service, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? []
  if (!day || !region || !service || !names || !signature) return undefined
  const url = request.url ?? '/'
  const at = url.indexOf('?')
  const [path, query] = at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)]
  const canonical = [
    request.method,
    path,
    query
      .split('&')
      .map((pair) => (pair === '' || pair.includes('=') ? pair : `${pair}=`))
      .sort()
      .join('&'),
    ...names.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim()}`),
    '',
    names,
    request.headers['x-amz-content-sha256'] ?? '',
  ].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`))
  return { region, service, valid: hmac(key, text).toString('hex') === signature }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
