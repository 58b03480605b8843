/*---
name: identity-console-sign-ins
title: Console sign-ins of an identity
question: When and from where did this user sign in to the console, did it succeed, and with a second factor?
params:
  - { name: user_name, type: string, description: 'name of the IAM user, or the ARN of a role session or of root' }
  - since
  - until
columns: {
  eventtime: timestamp, recipientaccountid: string, who: string, sourceipaddress: string, result: string,
  mfa_used: string, errormessage: string, useragent: string, eventname: string, eventid: string
  }
tags: [investigation, identity, sign-in]
---*/
SELECT
  eventTime,
  recipientAccountId,
  COALESCE(userIdentity.userName, userIdentity.arn) AS who,
  sourceIPAddress,
  COALESCE(responseElements.ConsoleLogin, responseElements.SwitchRole) AS result,
  additionalEventData.MFAUsed AS mfa_used,
  errorMessage,
  userAgent,
  eventName,
  eventID
FROM events
WHERE eventSource = 'signin.amazonaws.com'
  AND eventName IN ('ConsoleLogin', 'SwitchRole', 'CheckMfa', 'GetSigninToken')
  AND (userIdentity.userName = :user_name OR userIdentity.arn = :user_name)
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 1000
