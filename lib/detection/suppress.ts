import ipaddr from 'ipaddr.js'
import type { Finding } from '../finding.ts'

/** Findings somebody has accepted. Every one of the named parts must agree. */
export interface Suppression {
  /** Id of the rule. */
  readonly rule: string
  /** Glob over the actor's ARN or id (the role behind a session, not the session). */
  readonly actor?: string
  readonly account?: string
  /** Networks, `192.0.2.0/24`, or addresses. */
  readonly sourceIp?: readonly string[]
  readonly owner: string
  readonly reason: string
  /** Last day it holds for, YYYY-MM-DD, UTC. */
  readonly until: string
}

/** How often a suppression was used. */
export interface Suppressed {
  readonly suppression: Suppression
  readonly count: number
  /** The first of them. */
  readonly sample: string
}

export interface Suppressor {
  /** Is it accepted? Then it is counted. */
  covers(finding: Finding): boolean
  counts(): readonly Suppressed[]
}

/** Holds findings against suppressions. An event after the last day of a suppression is reported again. */
export const makeSuppressor = (suppressions: readonly Suppression[]): Suppressor => {
  const counts = suppressions.map((suppression) => ({ suppression, count: 0, sample: '' }))
  const tests = suppressions.map(testOf)
  return {
    covers: (finding) => {
      const at = tests.findIndex((test) => test(finding))
      const found = counts[at]
      if (!found) return false
      found.count++
      if (found.count === 1) found.sample = finding.id
      return true
    },
    counts: () => counts.filter(({ count }) => count > 0).map((one) => ({ ...one })),
  }
}

/** Suppressions whose last day is over at this time. */
export const expiredAt = (suppressions: readonly Suppression[], now: string): readonly Suppression[] =>
  suppressions.filter(({ until }) => until < now.slice(0, 10))

const testOf = ({ rule, actor, account, sourceIp, until }: Suppression): ((finding: Finding) => boolean) => {
  const named = actor === undefined ? undefined : globTest(actor)
  const networks = sourceIp?.map(networkOf)
  return (finding) =>
    finding.rule.id === rule &&
    finding.time !== '' &&
    finding.time.slice(0, 10) <= until &&
    (account === undefined || finding.event.recipientAccountId === account) &&
    (!named || named(finding.actor.actor) || named(finding.actor.arn)) &&
    (!networks || networks.some((network) => inside(finding.event.sourceIPAddress, network)))
}

/** `*` is any text; the whole name counts, and case does. */
const globTest = (glob: string): ((name: string) => boolean) => {
  const parts = glob.replaceAll(/\*+/g, '*').split('*')
  return (name) => {
    const [first = '', ...rest] = parts
    if (rest.length === 0) return name === glob
    const last = rest.pop() ?? ''
    if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
      return false
    let at = first.length
    for (const part of rest) {
      const found = name.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at <= name.length - last.length
  }
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Reads `192.0.2.0/24` or an address. Throws `Error` when it is neither. */
export const networkOf = (source: string): Network => {
  if (source.includes('/')) return ipaddr.parseCIDR(source)
  const address = ipaddr.parse(source)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

const inside = (source: string, [network, bits]: Network): boolean => {
  if (!ipaddr.isValid(source)) return false
  const address = ipaddr.process(source)
  return address.kind() === network.kind() && address.match(network, bits)
}
