import type { Finding, Origin } from '../finding.ts'
import type { NetworkDatabase } from '../ports.ts'
import { at } from '../trail/event.ts'

/** Findings with where their address is, when it is known, and with what was observed in words. */
export const withWhereabouts = (
  findings: readonly Finding[],
  networks?: NetworkDatabase | undefined,
): readonly Finding[] =>
  findings.map((finding) => {
    const origin = networks && originOf(networks, finding)
    const notes = notesOf(finding, networks?.editions ?? [])
    if (!origin && notes.length === 0) return finding
    return {
      ...finding,
      ...(origin && { origin }),
      ...(notes.length > 0 && { notes: [...(finding.notes ?? []), ...notes] }),
    }
  })

const originOf = (networks: NetworkDatabase, { event }: Finding): Origin | undefined => {
  const found = networks.of(event.sourceIPAddress)
  if (!found?.country && !found?.asn) return undefined
  const { country, asn, organization } = found
  return { ...(country && { country }), ...(asn && { asn }), ...(organization && { organization }) }
}

const MAX_NOTE = 600

const notesOf = ({ raw, time }: Finding, editions: readonly string[]): readonly string[] => {
  const told = (name: string): string => String(at(raw, 'baseline', name) ?? '')
  const note = NOTES[told('detector')]?.(told, { time, editions: editions.join(', ') })
  return note ? [note.slice(0, MAX_NOTE)] : []
}

type Told = (name: string) => string

const NOTES: Readonly<
  Record<string, (told: Told, by: { readonly time: string; readonly editions: string }) => string>
> = {
  'principal-travel': (told, { time }) =>
    `in ${told('value')} at ${time}; in ${told('other')} from ${told('otherFrom')} to ${told('otherUntil')}, last with event ${told('otherEvent')}: ` +
    `at least ${told('kilometres')} km in at most ${told('minutes')} minutes, ${told('kmh')} km/h (${told('database')})`,
  'principal-country': (told, { editions }) =>
    `first from ${told('value')}, before from ${told('other')} (${editions})`,
  'principal-asn': (told, { editions }) =>
    `first from ${told('value')}, before from ${told('other')} (${editions})`,
  'console-hours': (told) => `changed by hand at ${told('value')}, outside working hours`,
}
