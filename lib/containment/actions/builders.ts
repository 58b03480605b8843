import type { ActionType } from '../../action.ts'
import type { Builder } from '../draft.ts'
import { cancelKeyDeletion } from './cancel-key-deletion.ts'
import { deactivateAccessKey } from './deactivate-access-key.ts'
import { denyUser } from './deny-user.ts'
import { detachPolicy } from './detach-policy.ts'
import { enableDetector } from './enable-detector.ts'
import { blockPublicAccess } from './public-access.ts'
import { removeLambdaPermission } from './remove-lambda-permission.ts'
import { revokeRoleSessions, revokeUserSessions } from './revoke-sessions.ts'
import { revokeSecurityGroupIngress } from './security-group.ts'
import { restartLogging, restoreEventSelectors } from './trail.ts'
import { unshareSnapshot } from './unshare-snapshot.ts'

/** Types a playbook may propose. `investigate` is a person's work and belongs under `manual`. */
export type PlannedType = Exclude<ActionType, 'investigate'>

/** What builds each type. */
export const BUILDERS: Readonly<Record<PlannedType, Builder>> = {
  'deactivate-access-key': deactivateAccessKey,
  'deny-user': denyUser,
  'revoke-role-sessions': revokeRoleSessions,
  'revoke-user-sessions': revokeUserSessions,
  'restart-logging': restartLogging,
  'restore-event-selectors': restoreEventSelectors,
  'revoke-security-group-ingress': revokeSecurityGroupIngress,
  'block-public-access': blockPublicAccess,
  'unshare-snapshot': unshareSnapshot,
  'cancel-key-deletion': cancelKeyDeletion,
  'remove-lambda-permission': removeLambdaPermission,
  'detach-policy': detachPolicy,
  'enable-detector': enableDetector,
}

export const PLANNED_TYPES = Object.keys(BUILDERS) as readonly PlannedType[]

/** Types that contain the caller, unless the playbook says `of: created`. */
export const IDENTITY_TYPES: ReadonlySet<ActionType> = new Set([
  'deactivate-access-key',
  'deny-user',
  'revoke-role-sessions',
  'revoke-user-sessions',
])

/** Types that can also contain what the event created. */
export const CREATED_TYPES: ReadonlySet<ActionType> = new Set(['deactivate-access-key', 'deny-user'])
