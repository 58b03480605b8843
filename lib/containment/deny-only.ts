import type { ApiCall, Json } from '../action.ts'
import type { Responder } from '../ports.ts'
import { isObject } from '../trail/event.ts'

/**
 * A responder that writes no policy that grants: an inline policy of a user or role goes out only when every statement of it denies. No action of ours
 * writes another, and none puts one back, so whoever smuggles a plan into the ledger gains nothing by it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_effect.html
 */
export const denyOnly = (responder: Responder): Responder => ({
  call: async (call) =>
    grants(call)
      ? {
          error: 'PolicyGrants',
          message: `${call.operation}: expected a policy that only denies, nothing was sent`,
        }
      : responder.call(call),
})

const grants = ({ service, operation, input }: ApiCall): boolean =>
  service === 'iam' &&
  /^Put(?:User|Role|Group)Policy$/.test(operation) &&
  !onlyDenies(input['PolicyDocument'])

const onlyDenies = (document: Json | undefined): boolean => {
  try {
    const policy: unknown = typeof document === 'string' ? JSON.parse(document) : document
    const statement: unknown = isObject(policy) ? policy['Statement'] : undefined
    const statements: readonly unknown[] = Array.isArray(statement) ? statement : [statement]
    return statements.length > 0 && statements.every((one) => isObject(one) && one['Effect'] === 'Deny')
  } catch {
    return false
  }
}
