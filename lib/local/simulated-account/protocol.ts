/** An error as AWS answers it. */
export class ApiFault extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, message = code, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

export interface ApiRequest {
  readonly service: string
  readonly region: string
  readonly operation: string
  readonly accessKeyId: string
  /** Members by name; of a query protocol dotted, `Filter.1.Name`. */
  readonly input: Readonly<Record<string, unknown>>
}

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface HttpAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/**
 * Reads a request of the AWS SDK: the query protocol (IAM, EC2), JSON (CloudTrail) and S3's. Who signed it is taken from the
 * signature's credential; the signature itself is not checked, which only a simulation may do.
 */
export const requestOf = ({ method, url, headers, body }: HttpRequest): ApiRequest => {
  const authorization = String(headers['authorization'] ?? '')
  const [, accessKeyId = '', region = '', service = ''] =
    /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(authorization) ?? []
  const target = String(headers['x-amz-target'] ?? '')
  if (service === 's3') return { service, region, accessKeyId, ...s3Request(method, url, body) }
  if (target !== '') {
    const input = (body === '' ? {} : JSON.parse(body)) as Record<string, unknown>
    return { service, region, accessKeyId, operation: target.split('.').at(-1)!, input }
  }
  const { Action = '', Version: _version, ...input } = Object.fromEntries(new URLSearchParams(body))
  return { service, region, accessKeyId, operation: Action, input }
}

const s3Request = (method: string, url: URL, body: string): Pick<ApiRequest, 'operation' | 'input'> => {
  const bucket = decodeURIComponent(url.pathname.split('/')[1] ?? '')
  const verb = { GET: 'Get', PUT: 'Put', DELETE: 'Delete' }[method] ?? method
  const subject = url.searchParams.has('publicAccessBlock')
    ? 'PublicAccessBlock'
    : url.searchParams.has('policyStatus')
      ? 'BucketPolicyStatus'
      : 'Object'
  const settings = [...body.matchAll(/<(\w+)>(true|false)<\/\1>/g)].map(([, name, value]) => [
    name,
    value === 'true',
  ])
  return { operation: `${verb}${subject}`, input: { Bucket: bucket, ...Object.fromEntries(settings) } }
}

/** The answer in the protocol that the request came in. */
export const answerOf = ({ service, operation }: ApiRequest, output: object, id: string): HttpAnswer => {
  if (service === 'cloudtrail')
    return { status: 200, type: 'application/x-amz-json-1.1', body: JSON.stringify(output) }
  if (service === 's3') return { status: 200, type: 'application/xml', body: xml(output, 'member') }
  if (service === 'ec2') {
    const body = `<${operation}Response><requestId>${id}</requestId>${xml(output, 'item')}</${operation}Response>`
    return { status: 200, type: 'text/xml', body }
  }
  const result = `<${operation}Result>${xml(output, 'member')}</${operation}Result>`
  return { status: 200, type: 'text/xml', body: `<${operation}Response>${result}</${operation}Response>` }
}

/** The fault in the protocol that the request came in. */
export const faultOf = ({ service }: ApiRequest, { code, message, status }: ApiFault): HttpAnswer => {
  const error = `<Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`
  switch (service) {
    case 'cloudtrail':
      return { status, type: 'application/x-amz-json-1.1', body: JSON.stringify({ __type: code, message }) }
    case 's3':
      return { status, type: 'application/xml', body: error }
    case 'ec2':
      return { status, type: 'text/xml', body: `<Response><Errors>${error}</Errors></Response>` }
    default:
      return { status, type: 'text/xml', body: `<ErrorResponse>${error}</ErrorResponse>` }
  }
}

/** Objects as nested elements, lists as repeated `item`s, left out where a value is undefined. */
const xml = (value: unknown, item: string): string => {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map((one) => `<${item}>${xml(one, item)}</${item}>`).join('')
  if (typeof value !== 'object') return escaped(String(value))
  return Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([name, part]) => `<${name}>${xml(part, item)}</${name}>`)
    .join('')
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
