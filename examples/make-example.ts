import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exampleBuckets } from './maker/bucket.ts'
import type { Files } from './maker/tamper.ts'

/** Writes both example buckets below `folder`, over what was there. Their README files stay. */
export const makeExamples = (folder: string): void => {
  const { incident, tampered } = exampleBuckets()
  write(join(folder, 'incident'), incident)
  write(join(folder, 'incident-tampered'), tampered)
}

const write = (folder: string, files: Files): void => {
  rmSync(join(folder, 'AWSLogs'), { recursive: true, force: true })
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
}

const here = fileURLToPath(import.meta.url)
if (process.argv[1] === here) makeExamples(process.argv[2] ?? dirname(here))
