import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { bundle, ofType, shortName, targetOf, template, whyNot } from './packaged.ts'

const functions = ofType('AWS::Lambda::Function')
const mappings = ofType('AWS::Lambda::EventSourceMapping')
const queue = (id: string) => template.Resources[id]!.Properties

describe.skipIf(whyNot !== '')('functions as packaged', () => {
  it('are those of the folder', () => {
    const files = readdirSync(new URL('../../functions/', import.meta.url))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => name.slice(0, -3))
    expect(functions.map(([, one]) => shortName(one)).sort()).toEqual(files.sort())
  })

  it('run on the Node of the tests', () => {
    for (const [, { Properties }] of functions) {
      expect(Properties.Runtime).toBe(`nodejs${process.versions.node.split('.')[0]}.x`)
      expect(Properties.Architectures).toEqual(['arm64'])
    }
  })

  /** Whoever asks by URL waits for the answer, and sees what failed. */
  const waitedFor = ofType('AWS::Lambda::Url').map(([, { Properties }]) =>
    targetOf(Properties.TargetFunctionArn),
  )
  const unattended = functions.filter(([id]) => !waitedFor.includes(id))

  it('answer by URL to signed requests only', () => {
    expect(waitedFor).toEqual(['ApproveLambdaFunction'])
    for (const [, { Properties }] of ofType('AWS::Lambda::Url')) expect(Properties.AuthType).toBe('AWS_IAM')
  })

  it.each(unattended)('%s keeps what fails for good', (id, { Properties }) => {
    const source = mappings.find(([, mapping]) => targetOf(mapping.Properties.FunctionName) === id)
    const target = source
      ? queue(targetOf(source[1].Properties.EventSourceArn)).RedrivePolicy.deadLetterTargetArn
      : Properties.DeadLetterConfig.TargetArn
    expect(template.Resources[targetOf(target)]!.Type).toBe('AWS::SQS::Queue')
  })

  it.each(mappings)('%s fails message by message, and has time for six tries', (_id, { Properties }) => {
    const { Timeout } = template.Resources[targetOf(Properties.FunctionName)]!.Properties
    const { VisibilityTimeout, RedrivePolicy } = queue(targetOf(Properties.EventSourceArn))
    expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
    expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * Timeout)
    expect(RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(3)
    expect(Properties.ScalingConfig.MaximumConcurrency).toBeLessThanOrEqual(10)
  })

  it('have an alarm on every dead-letter queue', () => {
    const queues = ofType('AWS::SQS::Queue').map(([id]) => id)
    const dead = queues.filter((id) => id.endsWith('DeadLetters'))
    const watched = ofType('AWS::CloudWatch::Alarm')
      .filter(([, { Properties }]) => Properties.Namespace === 'AWS/SQS')
      .map(([, alarm]) => targetOf(alarm.Properties.Dimensions[0].Value))
    expect(watched.sort()).toEqual(dead.sort())
    expect(dead).toHaveLength(unattended.length)
  })

  it('raise an alarm when a sum of the store does not add up', () => {
    const sums = ofType('AWS::CloudWatch::Alarm').filter(
      ([, { Properties }]) => Properties.MetricName === 'imbalances',
    )
    expect(sums.map(([, { Properties }]) => [Properties.Namespace, Properties.Dimensions])).toEqual([
      ['Trailwarden', [{ Name: 'service', Value: 'trailwarden' }]],
    ])
    expect(bundle('compact-day').text).toContain('imbalances')
  })

  it('have room on disk and a whole CPU where days are sorted', () => {
    const compacting = functions.find(([, one]) => shortName(one) === 'compact-day')![1].Properties
    expect(compacting.EphemeralStorage).toEqual({ Size: 10240 })
    expect(compacting.MemorySize).toBeGreaterThanOrEqual(1769)
  })

  it.each(functions)('%s is small, and holds no DuckDB', (_id, resource) => {
    const { bytes, text } = bundle(shortName(resource))
    expect(bytes).toBeLessThan((LARGER[shortName(resource)] ?? 1) * 1024 * 1024)
    expect(text).not.toMatch(/duckdb\/node/)
  })

  it.each(functions)('%s names its settings, and only its settings', (_id, resource) => {
    const given = Object.keys(resource.Properties.Environment.Variables)
    const require = createRequire(import.meta.url)
    const before = { ...process.env }
    const path = require.resolve(`../../dist/${shortName(resource)}/index.js`)
    try {
      for (const name of given) process.env[name] = sample(name)
      expect(typeof require(path).handler).toBe('function')
      delete require.cache[path]
      const needed = given.filter(
        (name) =>
          !/LEVEL|PACK|MODE|ACCOUNTS|PRINCIPALS|PREFIX|ARN$|DAYS|BYTES|OWNER|BREAK_GLASS|READ_ONLY/.test(
            name,
          ),
      )
      for (const name of needed) {
        delete process.env[name]
        expect(() => require(path)).toThrow(name)
        process.env[name] = sample(name)
      }
    } finally {
      process.env = before
    }
  })
})

/** Megabytes of those that may be larger: the EC2 client alone is 1.4, packs and rules are text. */
const LARGER: Readonly<Record<string, number>> = {
  contain: 3,
  'contain-wide': 3,
  'watch-containment': 3,
  'run-query-pack': 1.5,
  'finish-query': 1.5,
  'detect-api-call': 1.5,
  'detect-log-file': 1.5,
  'watch-habits': 1.5,
  query: 1.25,
}

const sample = (name: string): string => {
  if (name.endsWith('READ_ONLY_EVENTS')) return 'true'
  if (name.endsWith('KEY_ARN')) return 'arn:aws:kms:us-east-1:111122223333:key/0a1b'
  if (name.endsWith('TOPIC')) return 'arn:aws:sns:us-east-1:111122223333:topic'
  if (name.endsWith('LEVEL')) return 'high'
  if (name.endsWith('MODE')) return 'observe'
  if (name.endsWith('HOURS') || name.endsWith('DAYS')) return '5'
  if (name.endsWith('BYTES')) return '10000000'
  if (name.endsWith('ARN')) return 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main'
  return name.endsWith('PRINCIPALS') || name.endsWith('ACCOUNTS') || name.endsWith('PACKS') ? '' : 'sample'
}
