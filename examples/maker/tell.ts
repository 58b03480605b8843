import { AGENTS, ATTACKER, KEYS, type Region } from './company.ts'
import { type Call, type Event, iamUser } from './event.ts'

/** One step of the incident. */
export interface Step {
  readonly step: string
  readonly event: Event
  readonly region: Region
}

/** A call of the story; the Region is us-east-1 unless it says so. */
export type Told = Omit<Call, 'at' | 'id' | 'region'> & { readonly region?: Region }

/** Makes a step of a call: its time, its name, the call. */
export type Tell = (time: string, step: string, told: Told) => Step

export const NEW_USER = 'svc-backup-admin'
export const BUILD = iamUser('build-deploy', KEYS.build)
export const BACKUP = iamUser(NEW_USER, KEYS.backup)
export const FROM = { ip: ATTACKER, agent: AGENTS.attacker }
