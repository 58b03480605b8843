/** One API operation as the SDK has it. */
// biome-ignore lint/suspicious/noExplicitAny: the SDK types each command's input; a plan carries it as JSON
type Operation = new (input: any) => object

/** An SDK client, as far as it is used here. */
export interface ApiClient {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  send(command: any): Promise<unknown>
}

/**
 * The operations of one service that may be called at all. What is not named here cannot be sent, whatever a plan says: there is no way
 * from a log to any other call.
 */
export interface ApiService {
  readonly client: (settings: ClientSettings) => ApiClient
  readonly operations: Readonly<Record<string, Operation>>
}

export interface ClientSettings {
  readonly region?: string
  /** Instead of AWS: a simulated account. */
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly maxAttempts: number
  readonly retryMode: 'standard'
}

/** Services by SDK id in lower case, each loaded when it is first called. */
export type ApiServices = Readonly<Record<string, () => Promise<ApiService>>>
