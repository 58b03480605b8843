#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 15)) {
  // Loaded only below: an older Node would stop at the first import it does not know.
  process.stderr.write(`trailwarden: expected Node 22.15 or newer, found ${process.versions.node}\n`)
  process.exitCode = 2
} else {
  // By itself the heap grows to several times of what lives in it, as far as the machine has memory; a run of a million events
  // stays some 300 MB smaller for about a tenth more time.
  setFlagsFromString('--heap-growing-percent=70')
  const { run } = await import('./run.ts')
  process.exitCode = await run(process.argv.slice(2))
}
