import { describe, expect, it } from 'vitest'
import { fastLaneOf } from '../../lib/detection/fast-lane.ts'
import { loadRules } from '../../lib/detection/rules.ts'
import { compactionsGlueTable, glueTable, queryRunsGlueTable, rawGlueTable } from '../../lib/store/glue.ts'
import { TABLES, type TableName } from '../../lib/store/schema.ts'
import { glueView, VIEWS, viewDefinition } from '../../lib/store/view.ts'
import { EVENT_DETAIL_TYPES } from '../../lib/trail/envelope.ts'
import { matchesPattern } from '../support/event-pattern.ts'
import { shippedRuleFiles } from '../support/shipped-rules.ts'
import { ofType, template, whyNot } from './packaged.ts'

const propertiesOf = (id: string) => template.Resources[id]!.Properties
const tables = new Map(
  ofType('AWS::Glue::Table').map(([, { Properties }]) => [Properties.TableInput.Name, Properties.TableInput]),
)

describe.skipIf(whyNot !== '')('resources as packaged', () => {
  // npm run tables writes them anew
  it.each([
    ...['raw_events', 'raw_insights', 'raw_network_events'].map((name) => ({ name, table: rawGlueTable() })),
    { name: 'raw_aggregated_events', table: rawGlueTable('aggregated_events') },
    { name: 'compactions', table: compactionsGlueTable() },
    { name: 'query_runs', table: queryRunsGlueTable() },
    ...Object.keys(TABLES).map((name) => ({ name, table: glueTable(name as TableName) })),
  ])('have the Glue table $name of the one schema', ({ name, table }) => {
    const { Columns, PartitionKeys, InputFormat, OutputFormat, SerdeInfo, Parameters } = table
    const found = tables.get(name)
    expect(found.PartitionKeys).toEqual(PartitionKeys)
    expect(found.Parameters).toEqual(Parameters)
    expect(found.StorageDescriptor).toMatchObject({ Columns, InputFormat, OutputFormat, SerdeInfo })
  })

  it.each(Object.entries(VIEWS))('have the view over %s, %s, as Athena reads it', (table, name) => {
    const found = tables.get(name)
    const view = glueView(table as TableName, '')
    expect(found).toMatchObject({ ...view, ViewOriginalText: expect.anything() })
    const [start, definition, end] = found.ViewOriginalText['Fn::Join'][1]
    expect([start, end]).toEqual(['/* Presto View: ', ' */'])
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own
    expect(definition['Fn::Base64']['Fn::Sub']).toBe(viewDefinition(table as TableName, '${Database}'))
    // nothing else in it is CloudFormation's to fill in
    expect(viewDefinition(table as TableName, 'x')).not.toContain('${')
  })

  it('leave CloudTrail to a trail that proves itself, or to none', () => {
    const { Condition, Properties } = template.Resources['Trail']!
    expect(Condition).toBe('OwnTrail')
    expect(Properties).toMatchObject({
      IsLogging: true,
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
    })
  })

  it('keep every bucket private, encrypted, versioned, and after the stack is gone', () => {
    for (const [id, { Properties }] of ofType('AWS::S3::Bucket')) {
      if (id === 'ServerlessDeploymentBucket') continue
      expect(template.Resources[id]).toMatchObject({ DeletionPolicy: 'Retain' })
      expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true])
      expect(Properties.VersioningConfiguration.Status).toBe('Enabled')
      expect(Properties.BucketEncryption).toBeDefined()
    }
  })

  const lane = () => ofType('AWS::Events::Rule').filter(([id]) => id.startsWith('ApiCallRule'))

  it('feed the fast lane with the patterns of the rules in rules/', () => {
    const { rules } = loadRules(shippedRuleFiles())
    const patterns = lane().map(([, { Properties }]) => Properties.EventPattern)
    expect(patterns).toEqual(fastLaneOf(rules).patterns)
    for (const pattern of patterns) expect(JSON.stringify(pattern).length).toBeLessThanOrEqual(2048)
  })

  it('let every rule of the fast lane, and nothing else, write to its queue', () => {
    const [statement] = propertiesOf('DetectApiCallQueuePolicy').PolicyDocument.Statement
    expect(statement.Condition).toEqual({
      ArnEquals: { 'aws:SourceArn': lane().map(([id]) => ({ 'Fn::GetAtt': [id, 'Arn'] })) },
    })
  })

  it('carry every way CloudTrail spells its events to the fast lane', () => {
    for (const [, { Properties }] of lane()) {
      const { source, 'detail-type': types } = Properties.EventPattern
      expect(source).toEqual([{ prefix: 'aws.' }])
      for (const type of EVENT_DETAIL_TYPES) expect(matchesPattern({ types }, { types: type })).toBe(true)
    }
  })

  it('leave read-only events out of the fast lane unless they are asked for', () => {
    for (const [, { Properties }] of lane()) {
      expect(Properties.State).toEqual({
        'Fn::If': ['AllManagementEvents', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS', 'ENABLED'],
      })
    }
  })

  it('bound what a query may scan', () => {
    const { WorkGroupConfiguration } = propertiesOf('WorkGroup')
    expect(WorkGroupConfiguration.EnforceWorkGroupConfiguration).toBe(true)
    expect(WorkGroupConfiguration.BytesScannedCutoffPerQuery).toEqual({ Ref: 'ScanLimitBytes' })
  })

  it('hear of the end of every query of the workgroup, and of no other', () => {
    const { EventPattern, Targets } = propertiesOf('QueryEndRule')
    expect(EventPattern).toEqual({
      source: ['aws.athena'],
      'detail-type': ['Athena Query State Change'],
      detail: { workgroupName: [{ Ref: 'WorkGroup' }], currentState: ['SUCCEEDED', 'FAILED', 'CANCELLED'] },
    })
    expect(Targets).toMatchObject([{ Arn: { 'Fn::GetAtt': ['FinishQueryQueue', 'Arn'] } }])
  })

  it('tell people of a scheduled query without an answer', () => {
    expect(propertiesOf('FailedQueriesAlarm')).toMatchObject({
      Namespace: 'Trailwarden',
      MetricName: 'queriesFailed',
      Threshold: 0,
      AlarmActions: [{ Ref: 'Topic' }],
    })
  })

  it('keep lines of runs longer than their results', () => {
    const { Rules } = propertiesOf('LakeBucket').LifecycleConfiguration
    const days = (prefix: string) =>
      Rules.find(({ Prefix }: { Prefix?: string }) => Prefix === prefix).ExpirationInDays
    expect([days('query-results/'), days('query-runs/'), days('query-state/')]).toEqual([30, 400, undefined])
  })

  it('lose no event between a rule and its queue', () => {
    for (const [, { Properties }] of ofType('AWS::Events::Rule')) {
      for (const target of Properties.Targets) {
        if (!JSON.stringify(target.Arn).includes('Queue')) continue
        expect(target.DeadLetterConfig.Arn).toBeDefined()
      }
    }
  })

  it('fit in what CloudFormation takes', () => {
    expect(Buffer.byteLength(JSON.stringify(template))).toBeLessThan(1_000_000)
    expect(Object.keys(template.Resources).length).toBeLessThan(500)
  })
})
