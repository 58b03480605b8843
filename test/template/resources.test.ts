import { describe, expect, it } from 'vitest'
import { compactionsGlueTable, glueTable, rawGlueTable } from '../../lib/store/glue.ts'
import { TABLES, type TableName } from '../../lib/store/schema.ts'
import { glueView, VIEWS, viewDefinition } from '../../lib/store/view.ts'
import { EVENT_DETAIL_TYPES } from '../../lib/trail/envelope.ts'
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

  it('carry every way CloudTrail spells its events to the fast lane', () => {
    expect(propertiesOf('ApiCallRule').EventPattern['detail-type']).toEqual(EVENT_DETAIL_TYPES)
    expect(propertiesOf('ApiCallRule').EventPattern.source).toEqual([{ prefix: 'aws.' }])
  })

  it('leave read-only events out of the fast lane unless they are asked for', () => {
    expect(propertiesOf('ApiCallRule').State).toEqual({
      'Fn::If': ['AllManagementEvents', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS', 'ENABLED'],
    })
  })

  it('bound what a query may scan', () => {
    const { WorkGroupConfiguration } = propertiesOf('WorkGroup')
    expect(WorkGroupConfiguration.EnforceWorkGroupConfiguration).toBe(true)
    expect(WorkGroupConfiguration.BytesScannedCutoffPerQuery).toEqual({ Ref: 'ScanLimitBytes' })
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
