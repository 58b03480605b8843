import { parentPort } from 'node:worker_threads'
import { inspectFile } from './inspect-file.ts'

/** A worker of the inspection pool: gets paths, answers an outcome for each, in their order. */
parentPort?.on('message', (paths: readonly string[]) => {
  parentPort?.postMessage(paths.map(inspectFile))
})
