import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))

/** AWS's own matcher of EventBridge patterns: numbers of the patterns that match, for each event. */
export type Ruler = (
  patterns: readonly unknown[],
  events: readonly unknown[],
) => readonly (readonly number[])[]

/** Finds Java and fetches the event ruler with Maven; or says what is missing. https://github.com/aws/event-ruler */
export const openRuler = (): Ruler | { readonly missing: string } => {
  try {
    execFileSync('java', ['--version'], { stdio: 'ignore' })
  } catch {
    return { missing: 'java is not here' }
  }
  const folder = mkdtempSync(join(tmpdir(), 'trailwarden-ruler-'))
  let jars: string
  try {
    const goal = ['-B', '-q', '-f', join(HERE, 'pom.xml'), 'dependency:build-classpath']
    execFileSync('mvn', [...goal, `-Dmdep.outputFile=${join(folder, 'classpath')}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 200_000,
    })
    jars = readFileSync(join(folder, 'classpath'), 'utf8').trim()
  } catch (error) {
    return { missing: `Maven cannot fetch the event ruler: ${String(error).split('\n')[0]}` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return (patterns, events) => matched(jars, patterns, events)
}

const matched = (jars: string, patterns: readonly unknown[], events: readonly unknown[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'trailwarden-ruler-'))
  try {
    const files = [join(folder, 'patterns'), join(folder, 'events')] as const
    writeFileSync(files[0], patterns.map((one) => JSON.stringify(one)).join('\n'))
    writeFileSync(files[1], events.map((one) => JSON.stringify(one)).join('\n'))
    const args = ['-cp', jars, join(HERE, 'Ruler.java'), ...files]
    const out = execFileSync('java', args, { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 200_000 })
    const lines = out.replace(/\n$/, '').split('\n')
    if (lines.length !== events.length) {
      throw new Error(`event ruler: expected ${events.length} answers, found ${lines.length}`)
    }
    return lines.map((line) =>
      line === ''
        ? []
        : line
            .split(' ')
            .map(Number)
            .sort((a, b) => a - b),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
