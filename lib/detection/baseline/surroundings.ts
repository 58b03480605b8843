import ipaddr from 'ipaddr.js'
import type { AddressOrigin, NetworkDatabase } from '../../ports.ts'
import { at, type CloudTrailEvent, text } from '../../trail/event.ts'
import { networkOf } from '../suppress.ts'
import type { WorkingHours } from '../working-hours.ts'
import type { Facts } from './facts.ts'

/** What the owner adds to the events: where addresses are, which networks are his own, when people work. */
export interface Surroundings {
  readonly networks?: NetworkDatabase | undefined
  /** Addresses, networks (`192.0.2.0/24`) and providers (`AS64496`) that say nothing about where a person is: own VPNs and gateways. */
  readonly knownNetworks?: readonly string[]
  readonly workingHours?: WorkingHours | undefined
}

/** Where the caller of an event is. `undefined` for services, private addresses, VPC endpoints, and networks of the owner's own. */
export type OriginOf = (event: CloudTrailEvent) => AddressOrigin | undefined

export const originReader = ({ networks, knownNetworks = [] }: Surroundings): OriginOf => {
  if (!networks) return () => undefined
  const providers = new Set(knownNetworks.filter(isProvider).map((name) => Number(name.slice(2))))
  const ranges = knownNetworks.filter((name) => !isProvider(name)).map(networkOf)
  const isKnown = (source: string, { asn }: AddressOrigin): boolean => {
    if (asn !== undefined && providers.has(asn)) return true
    if (ranges.length === 0) return false
    const address = ipaddr.process(source)
    return ranges.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits))
  }
  return (event) => {
    const source = text(event.sourceIPAddress)
    if (!source || text(event.vpcEndpointId)) return undefined
    const origin = networks.of(source)
    return origin && !isKnown(source, origin) ? origin : undefined
  }
}

/** `AS64496` */
const isProvider = (name: string): boolean => /^AS\d+$/.test(name)

/** Reads what `knownNetworks` may hold. Throws `Error` on what is neither an address, a network nor a provider. */
export const checkKnownNetwork = (name: string): void => {
  if (!/^AS[1-9]\d{0,9}$/.test(name)) networkOf(name)
}

/** A successful sign-in to the console, or any use of a long-term key: even a denied call proves that its secret is known. */
export const provesPresence = (event: CloudTrailEvent, facts: Facts): boolean => {
  if (text(event.userIdentity?.accessKeyId)?.startsWith('AKIA')) return true
  return (
    facts.name === 'ConsoleLogin' &&
    !facts.error &&
    !text(event.errorMessage) &&
    at(event.responseElements, 'ConsoleLogin') !== 'Failure'
  )
}

/** One person or program: the session where a role has many, else the identity. Whoever comes from another account is not known here. */
export const personOf = (event: CloudTrailEvent, { actor }: Facts): string | undefined => {
  const type = text(event.userIdentity?.type)
  if (!type || type === 'AWSAccount' || type === 'Unknown') return undefined
  return (type === 'AssumedRole' && text(event.userIdentity?.arn)) || actor || undefined
}
