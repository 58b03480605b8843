import { terminalSafe } from '../../lib/report/escape.ts'
import type { Terminal } from '../terminal.ts'
import type { Attempt } from './attacker.ts'

/** How the demo speaks. Everything that comes from a log or an answer goes through `terminalSafe`. */
export interface Tell {
  /** A numbered step, and what it is about. */
  step(title: string): void
  line(text: string): void
  good(text: string): void
  bad(text: string): void
  /** Something a newcomer should know, beside the story. */
  aside(text: string): void
}

export const teller = ({ out, paint }: Pick<Terminal, 'out' | 'paint'>): Tell => {
  let steps = 0
  const line = (text: string) => out(`   ${terminalSafe(text)}`)
  return {
    step: (title) => out(`\n${paint('bold', `${++steps}. ${terminalSafe(title)}`)}`),
    line,
    good: (text) => out(`   ${paint('green', terminalSafe(text))}`),
    bad: (text) => out(`   ${paint('red', terminalSafe(text))}`),
    aside: (text) => out(`   ${paint('dim', terminalSafe(text))}`),
  }
}

/** `1 call`, `2 calls`. */
export const some = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** `+3.5 s`, `+5 min 4 s`. */
export const after = (seconds: number): string => {
  if (seconds < 60) return `+${Number(seconds.toFixed(1))} s`
  const whole = Math.round(seconds)
  return `+${Math.floor(whole / 60)} min${whole % 60 === 0 ? '' : ` ${whole % 60} s`}`
}

/** What became of a key's calls, in one line. `zero`: seconds at which the containment was made. */
export const keyLine = (key: string, attempts: readonly Attempt[], zero: number): string => {
  const mine = attempts.filter(({ accessKeyId, at }) => accessKeyId === key && at >= zero)
  const last = mine.findLast(({ denied }) => denied === undefined)
  const later = mine.slice(last ? mine.indexOf(last) + 1 : 0)
  const allowed = last ? `works until ${after(last.at - zero)}` : 'does not work any more'
  const first = later[0]
  const codes = [...new Set(later.flatMap(({ denied }) => denied ?? []))].join(', ')
  return `${key} ${allowed}${first ? `; denied from ${after(first.at - zero)} on, ${some(later.length, 'attempt')} (${codes})` : ''}`
}

/** What the attacker changed, a line for each moment. */
export const undoneLines = (attempts: readonly Attempt[], zero: number): readonly string[] => {
  const moments = new Map<number, string[]>()
  for (const { at, operation, changed } of attempts)
    if (changed && at >= zero) moments.set(at, [...(moments.get(at) ?? []), operation])
  return [...moments].map(([at, operations]) => `${after(at - zero)} it is undone: ${operations.join(', ')}`)
}
