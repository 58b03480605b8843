/** When something was first and last seen: milliseconds since 1970. */
export interface Reach {
  first: number
  last: number
}

/** From when to when each account and Region is known. Everything about habits is relative to it. */
export interface History {
  see(account: string, region: string, time: number): void
  /** Of one Region of an account. */
  of(account: string, region: string): Reach | undefined
  /** Of an account, all Regions together. */
  ofAccount(account: string): Reach | undefined
  accounts(): readonly (readonly [string, Reach])[]
  absorb(saved: SavedHistory): void
  save(): SavedHistory
}

/** Account, Region, first, last. */
export type SavedHistory = readonly (readonly [string, string, number, number])[]

/** Places beyond this are not told apart: a hostile log may invent accounts. */
const MAX_PLACES = 20_000

export const makeHistory = (): History => {
  const accounts = new Map<string, Map<string, Reach>>()
  let places = 0
  const place = (account: string, region: string, time: number): Reach | undefined => {
    let regions = accounts.get(account)
    const known = regions?.get(region)
    if (known) return known
    if (places >= MAX_PLACES) return undefined
    if (!regions) {
      regions = new Map()
      accounts.set(account, regions)
    }
    places++
    const reach = { first: time, last: time }
    regions.set(region, reach)
    return reach
  }
  let lastAccount = ''
  let lastRegion = ''
  let lastReach: Reach | undefined
  const see: History['see'] = (account, region, time) => {
    if (account !== lastAccount || region !== lastRegion || !lastReach) {
      lastReach = place(account, region, time)
      lastAccount = account
      lastRegion = region
    }
    if (!lastReach) return
    if (time < lastReach.first) lastReach.first = time
    if (time > lastReach.last) lastReach.last = time
  }
  const ofAccount: History['ofAccount'] = (account) => {
    const regions = accounts.get(account)
    return regions && together([...regions.values()])
  }
  return {
    see,
    of: (account, region) => accounts.get(account)?.get(region),
    ofAccount,
    accounts: () => [...accounts].map(([account, regions]) => [account, together([...regions.values()])]),
    absorb: (saved) => {
      for (const [account, region, first, last] of saved) {
        see(account, region, first)
        see(account, region, last)
      }
    },
    save: () =>
      [...accounts].flatMap(([account, regions]) =>
        [...regions].map(([region, { first, last }]) => [account, region, first, last] as const),
      ),
  }
}

const together = (reaches: readonly Reach[]): Reach => ({
  first: reaches.reduce((least, { first }) => Math.min(least, first), Number.POSITIVE_INFINITY),
  last: reaches.reduce((most, { last }) => Math.max(most, last), Number.NEGATIVE_INFINITY),
})
