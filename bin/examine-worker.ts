import { parentPort, workerData } from 'node:worker_threads'
import { loadRules } from '../lib/detection/rules.ts'
import { type Examiner, makeExaminer } from '../lib/examiner.ts'
import { type PackedObjects, packExamined, unpackObjects } from './examine-message.ts'
import type { ExaminerSpec } from './examine-threads.ts'

/** A thread of a scan: gets one request after the other, answers in their order. */
const { rules, ...options } = workerData as ExaminerSpec
const examiner = makeExaminer(loadRules(rules.files, rules.options).rules, options)

const answers: Readonly<Record<keyof Examiner, (value: never) => unknown>> = {
  decode: (objects: PackedObjects) => examiner.decode(unpackObjects(objects)),
  examine: (fates: Uint8Array) => packExamined(examiner.examine(fates)),
  learned: () => examiner.learned(),
}

parentPort?.on('message', ([what, value]: readonly [keyof Examiner, never]) => {
  parentPort?.postMessage(answers[what](value))
})
