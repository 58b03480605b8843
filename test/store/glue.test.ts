import { describe, expect, it } from 'vitest'
import { glueTable, rawGlueTable } from '../../lib/store/glue.ts'
import { parquetSchema } from '../../lib/store/parquet-schema.ts'
import { TABLES, type TableName } from '../../lib/store/schema.ts'

const typeIn = (table: { Columns: readonly { Name: string; Type: string }[] }, name: string) =>
  table.Columns.find((column) => column.Name === name)?.Type

describe('the Glue tables', () => {
  it('name the columns of CloudTrail Lake', () => {
    const events = glueTable('events')
    expect(typeIn(events, 'eventtime')).toBe('timestamp')
    expect(typeIn(events, 'readonly')).toBe('boolean')
    expect(typeIn(events, 'requestparameters')).toBe('string')
    expect(typeIn(events, 'recordindex')).toBe('int')
    expect(typeIn(events, 'resources')).toBe(
      'array<struct<accountid:string,type:string,arn:string,arnprefix:string>>',
    )
    expect(typeIn(events, 'useridentity')).toContain(
      'attributes:struct<creationdate:timestamp,mfaauthenticated:string>',
    )
    expect(typeIn(events, 'useridentity')).toContain('credentiaisissuedto:string')
    expect(events.PartitionKeys).toEqual([
      { Name: 'account', Type: 'string' },
      { Name: 'day', Type: 'string' },
    ])
  })

  it('hold the 29 columns of AWS’s own raw table, with the formats that unwrap Records', () => {
    const raw = rawGlueTable()
    const documented =
      'eventversion useridentity eventtime eventsource eventname awsregion sourceipaddress useragent errorcode errormessage requestparameters responseelements additionaleventdata requestid eventid readonly resources eventtype apiversion recipientaccountid serviceeventdetails sharedeventid vpcendpointid vpcendpointaccountid eventcategory addendum sessioncredentialfromconsole edgedevicedetails tlsdetails'
    expect(raw.Columns.map(({ Name }) => Name)).toEqual(expect.arrayContaining(documented.split(' ')))
    expect(typeIn(raw, 'managementevent')).toBe('string')
    expect(typeIn(raw, 'eventtime')).toBe('string')
    expect(typeIn(raw, 'addendum')).toBe(
      'struct<reason:string,updatedfields:string,originalrequestid:string,originaleventid:string>',
    )
    expect(typeIn(raw, 'useridentity')).toContain('credentialsissuedto:string')
    expect(typeIn(raw, 'useridentity')).toContain('attributes:map<string,string>')
    expect(typeIn(raw, 'sourcefile')).toBeUndefined()
    expect(raw.InputFormat).toBe('com.amazon.emr.cloudtrail.CloudTrailInputFormat')
    expect(raw.SerdeInfo.SerializationLibrary).toBe('org.apache.hive.hcatalog.data.JsonSerDe')
    expect(raw.PartitionKeys.map(({ Name }) => Name)).toEqual(['account', 'log_region', 'day'])
  })

  it.each(Object.keys(TABLES) as TableName[])('agree with the Parquet files of %s, leaf by leaf', (table) => {
    const leaves = parquetSchema(TABLES[table]).filter(({ type }) => type !== undefined).length
    const glueLeaves = glueTable(table)
      .Columns.map(({ Type }) => Type.match(/\b(string|timestamp|boolean|int)\b(?!:)/g)?.length ?? 0)
      .reduce((sum, count) => sum + count, 0)
    expect(leaves).toBe(glueLeaves)
  })

  it('use lower-case names no other column of the table has', () => {
    for (const columns of Object.values(TABLES)) {
      const names = [...columns.map(({ name }) => name), 'account', 'day']
      expect(new Set(names).size).toBe(names.length)
      expect(names).toEqual(names.map((name) => name.toLowerCase()))
    }
  })
})
