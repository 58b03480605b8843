import ipaddr from 'ipaddr.js'
import { type CloudTrailEvent, text } from '../../trail/event.ts'

/**
 * The network a call came from: `192.0.2.0/24`, `2001:db8::/48`, or the VPC endpoint it passed through. `undefined` for a service's
 * host name, `AWS Internal`, and private addresses, of which every network has the same.
 */
export const networkIn = (event: CloudTrailEvent): string | undefined => {
  const endpoint = text(event.vpcEndpointId)
  if (endpoint) return endpoint.slice(0, 64)
  const source = text(event.sourceIPAddress)
  return source && source.length <= 45 ? networkOf(source) : undefined
}

const parseNetwork = (source: string): string | undefined => {
  if (!/^[0-9a-f:.]+$/i.test(source) || !ipaddr.isValid(source)) return undefined
  const address = ipaddr.process(source)
  if (UNROUTED.has(address.range())) return undefined
  if (address.kind() === 'ipv4') return `${address.toByteArray().slice(0, 3).join('.')}.0/24`
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/48`)}/48`
}

const UNROUTED: ReadonlySet<string> = new Set([
  'private',
  'uniqueLocal',
  'carrierGradeNat',
  'loopback',
  'linkLocal',
])

const MAX_REMEMBERED = 5000

/** The same few texts come again and again. What it remembers changes no answer. */
const remembering = <T>(work: (source: string) => T): ((source: string) => T) => {
  const known = new Map<string, T>()
  return (source) => {
    const answer = known.get(source)
    if (answer !== undefined || known.has(source)) return answer as T
    if (known.size >= MAX_REMEMBERED) known.clear()
    const worked = work(source)
    known.set(source, worked)
    return worked
  }
}

const networkOf = remembering(parseNetwork)

/** Two networks can only contradict each other when they are of one kind: a machine may speak IPv4 and IPv6 at once. */
export const kindOfNetwork = (network: string): 'ipv4' | 'ipv6' | 'endpoint' =>
  network.startsWith('vpce') ? 'endpoint' : network.includes(':') ? 'ipv6' : 'ipv4'

/** What software a user agent is, without versions: `aws-cli`, `boto3`, `terraform`, `browser`, `console.amazonaws.com`. */
export const agentFamily = (event: CloudTrailEvent): string | undefined => {
  const agent = text(event.userAgent)
  return agent && familyOf(agent.slice(0, 256))
}

const familyOf = remembering((text: string): string | undefined => {
  const agent = text.replace(/^\[/, '')
  if (agent.startsWith('Mozilla/')) return 'browser'
  const words = agent.split(/[\s\]]+/).map((word) => word.split('/')[0]!.toLowerCase())
  // partners put themselves first: APN/1.0 Company/1.0 Product/1.0
  const family = words[0] === 'apn' ? (words[2] ?? words[1]) : words[0]
  return family?.slice(0, 40) || undefined
})
