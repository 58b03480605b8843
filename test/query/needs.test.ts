import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { missingKinds } from '../../lib/query/needs.ts'
import { catalog, openQueryStore, type QueryStore, sampleEvents } from '../support/query-store.ts'

let management: QueryStore
let data: QueryStore
beforeAll(async () => {
  management = await openQueryStore()
  const read = {
    ...sampleEvents[1]!,
    eventID: 'read',
    eventName: 'GetObject',
    managementEvent: false,
    eventCategory: 'Data',
  }
  data = await openQueryStore([...sampleEvents, read])
})
afterAll(async () => {
  await management.close()
  await data.close()
})

describe('an empty answer', () => {
  it('says which kinds of event the store has none of', async () => {
    const notes = await missingKinds({ needs: ['data', 'network', 'insight'] }, management.engine, catalog)
    expect(notes.map((note) => /about ([\w ]+), and/.exec(note)?.[1])).toEqual([
      'data events',
      'network activity events',
      'Insights events',
    ])
  })

  it('says nothing where the kind is there, or where every trail has it', async () => {
    expect(await missingKinds({ needs: ['data'] }, data.engine, catalog)).toEqual([])
    expect(await missingKinds({ needs: ['management'] }, management.engine, catalog)).toEqual([])
  })
})
