/*---
name: recent-console-sign-ins
title: Console sign-in events
question: Who signed in to the console last, with which result?
params: [since, until]
columns: {
  eventtime: timestamp, recipientaccountid: string, eventname: string, who: string, sourceipaddress: string,
  result: string, mfa_used: string, errormessage: string, eventid: string
  }
covers: ['Management events: Console sign-in events']
tags: [dashboard, sign-in, recent]
---*/
SELECT
  eventTime,
  recipientAccountId,
  eventName,
  COALESCE(userIdentity.userName, userIdentity.arn, userIdentity.type) AS who,
  sourceIPAddress,
  COALESCE(responseElements.ConsoleLogin, responseElements.SwitchRole, responseElements.CheckMfa) AS result,
  additionalEventData.MFAUsed AS mfa_used,
  errorMessage,
  eventID
FROM events
WHERE eventSource = 'signin.amazonaws.com'
  AND eventTime >= :since AND eventTime < :until
ORDER BY eventTime DESC, eventID
LIMIT 100
