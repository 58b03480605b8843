import { logger } from './handler.ts'
import { type TrailStatus, trailName, trailStatus } from './trail.ts'

/**
 * The status of our own trail in a Region, for the chains that are its; `undefined` for any other chain, and where CloudTrail does not
 * say. `arn` may be empty: then there is no trail of ours.
 */
export const statusIn = (arn: string) => {
  const trail = arn ? trailName(arn) : undefined
  return async (chain: {
    readonly id: string
    readonly region: string
  }): Promise<TrailStatus | undefined> => {
    const [account, , name, home] = chain.id.split('/')
    const isOurs = trail?.account === account && trail?.name === name && trail?.homeRegion === home
    if (!trail || !isOurs) return undefined
    const status = await trailStatus(trail, chain.region)
    if (typeof status !== 'string') return status
    logger.warn('trail status unknown', { chain: chain.id, reason: status })
    return undefined
  }
}
