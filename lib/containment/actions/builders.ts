import type { ActionType } from '../../action.ts'
import type { Builder } from '../draft.ts'
import { restoreBucketLifecycle, restoreBucketPolicy } from './bucket.ts'
import { cancelKeyDeletion } from './cancel-key-deletion.ts'
import { deactivateCredential } from './credential.ts'
import { makeDatabasePrivate } from './database.ts'
import { deactivateAccessKey } from './deactivate-access-key.ts'
import { denyUser } from './deny-user.ts'
import { detachPolicy } from './detach-policy.ts'
import { enableDetector } from './enable-detector.ts'
import { restoreEventDataStore } from './event-data-store.ts'
import { disableOutboundFederation, disableRolesAnywhere, rejectDelegation } from './federation.ts'
import { freezeFunction, requireFunctionUrlAuth } from './function.ts'
import { detachInstanceProfile, isolateInstance } from './instance.ts'
import { quarantineAccount, quarantinePrincipal, quarantineWorkforceUser } from './organization.ts'
import { restoreEventRule, restoreOwnFunction } from './own-resources.ts'
import { blockPublicAccess } from './public-access.ts'
import { removeLambdaPermission } from './remove-lambda-permission.ts'
import { revokeRoleSessions, revokeUserSessions } from './revoke-sessions.ts'
import { denyInstanceSessions, denyRole, denyRoleSession } from './role.ts'
import { freezeRoleTrust } from './role-trust.ts'
import { revokeSecurityGroupIngress } from './security-group.ts'
import { recreateTrail, restartLogging, restoreTrail } from './trail.ts'
import { restoreEventSelectors, restoreInsightSelectors } from './trail-selectors.ts'
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
  'deny-role-session': denyRoleSession,
  'deny-instance-sessions': denyInstanceSessions,
  'deny-role': denyRole,
  'freeze-role-trust': freezeRoleTrust,
  'deactivate-credential': deactivateCredential,
  'quarantine-principal': quarantinePrincipal,
  'quarantine-account': quarantineAccount,
  'quarantine-workforce-user': quarantineWorkforceUser,
  'disable-roles-anywhere': disableRolesAnywhere,
  'reject-delegation': rejectDelegation,
  'disable-outbound-federation': disableOutboundFederation,
  'isolate-instance': isolateInstance,
  'detach-instance-profile': detachInstanceProfile,
  'freeze-function': freezeFunction,
  'require-function-url-auth': requireFunctionUrlAuth,
  'make-database-private': makeDatabasePrivate,
  'restore-bucket-policy': restoreBucketPolicy,
  'restore-bucket-lifecycle': restoreBucketLifecycle,
  'recreate-trail': recreateTrail,
  'restore-trail': restoreTrail,
  'restore-insight-selectors': restoreInsightSelectors,
  'restore-event-data-store': restoreEventDataStore,
  'restore-event-rule': restoreEventRule,
  'restore-own-function': restoreOwnFunction,
}

export const PLANNED_TYPES = Object.keys(BUILDERS) as readonly PlannedType[]

/** Types that contain the caller, unless the playbook says `of: created`. */
export const IDENTITY_TYPES: ReadonlySet<ActionType> = new Set([
  'deactivate-access-key',
  'deny-user',
  'revoke-role-sessions',
  'revoke-user-sessions',
  'deny-role-session',
  'deny-instance-sessions',
  'deny-role',
  'freeze-role-trust',
  'isolate-instance',
  'detach-instance-profile',
])

/** Types that can also contain what the event created. */
export const CREATED_TYPES: ReadonlySet<ActionType> = new Set([
  'deactivate-access-key',
  'deny-user',
  'deny-role-session',
  'freeze-role-trust',
  'isolate-instance',
])
