import type { ApiCall, Json } from '../action.ts'
import { messageOf } from '../errors.ts'
import type { ApiAnswer, Responder } from '../ports.ts'
import type { ApiClient, ApiServices, ClientSettings } from './api/service.ts'
import { allPages } from './pages.ts'
import { codeOf, SDK_RETRIES, statusOf } from './retry.ts'

export interface ResponderOptions {
  readonly services: ApiServices
  /** Region of calls that name none. The SDK's own default when left out. */
  readonly region?: string
  readonly endpoint?: string
  readonly credentials?: NonNullable<ClientSettings['credentials']>
}

/**
 * Makes the calls of a plan by the AWS SDK, in the account of its credentials. Answers have the shape the AWS CLI prints: times as ISO text,
 * bytes as base64, IAM's policy documents decoded to JSON. An operation that is not on the list of its service is answered `UnknownOperation` and
 * never sent. Pages of what is read are joined. Throws when no answer came.
 * https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/welcome.html
 */
export const awsResponder = ({ services, region, ...elsewhere }: ResponderOptions): Responder => {
  const clients = new Map<string, ApiClient>()
  const prepared = async (call: ApiCall) => {
    const load = Object.hasOwn(services, call.service) ? services[call.service] : undefined
    const service = await load?.()
    const operations = service?.operations ?? {}
    const Operation = Object.hasOwn(operations, call.operation) ? operations[call.operation] : undefined
    if (!service || !Operation) return undefined
    const place = call.region ?? region
    const name = `${call.service} ${place ?? ''}`
    const client =
      clients.get(name) ??
      service.client({ ...SDK_RETRIES, ...elsewhere, ...(place !== undefined && { region: place }) })
    clients.set(name, client)
    return { client, command: new Operation(structuredClone(call.input)) }
  }
  const send = async (call: ApiCall): Promise<ApiAnswer> => {
    const ready = await prepared(call)
    if (!ready) {
      return {
        error: 'UnknownOperation',
        message: `${call.service}:${call.operation} is no call of this responder`,
      }
    }
    try {
      return answerOf(call, await ready.client.send(ready.command))
    } catch (error) {
      return refusalOf(error)
    }
  }
  return { call: (call) => allPages(call, send) }
}

interface Metadata {
  readonly requestId?: string
}

const withId = ({ requestId }: Metadata = {}): { requestId?: string } =>
  requestId === undefined ? {} : { requestId }

const answerOf = ({ service }: ApiCall, answer: unknown): ApiAnswer => {
  const { $metadata, ...output } = answer as { $metadata?: Metadata }
  const json = jsonOf(output)
  return { output: service === 'iam' ? withDocuments(json) : json, ...withId($metadata) }
}

/** An error that the service itself answered. Anything else (no connection, half an answer) leaves the outcome open. */
const refusalOf = (error: unknown): ApiAnswer => {
  if (statusOf(error) < 400) throw error
  const { $metadata } = error as { $metadata?: Metadata }
  return { error: codeOf(error) || 'UnknownError', message: messageOf(error), ...withId($metadata) }
}

const jsonOf = (value: unknown): Json => {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.map(jsonOf)
  if (typeof value !== 'object') return value as Json
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(fields.map(([name, field]) => [name, jsonOf(field)]))
}

/** IAM answers policy documents URL-encoded, in fields of these names. The AWS CLI prints them as JSON. */
const DOCUMENTS = new Set(['PolicyDocument', 'AssumeRolePolicyDocument', 'Document'])

const withDocuments = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(withDocuments)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      DOCUMENTS.has(name) && typeof field === 'string' ? decoded(field) : withDocuments(field),
    ]),
  )
}

const decoded = (text: string): Json => {
  try {
    return JSON.parse(decodeURIComponent(text)) as Json
  } catch {
    return text
  }
}
