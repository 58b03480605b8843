/*---
name: cis-console-authentication-failures
title: Failed console sign-ins
question: Who failed to authenticate at the console, how often on a day, from where?
params:
  - { name: failures, type: integer, default: 1, description: 'how many on one day from one address it takes' }
  - since
  - until
columns: {
  recipientaccountid: string, who: string, sourceipaddress: string, day: date, failures: integer,
  eventtime: timestamp
  }
severity: low
finding:
  key: [recipientaccountid, who, sourceipaddress, day]
  summary: '{failures} failed sign-ins of {who} from {sourceipaddress} on {day}'
controls: [CIS v1.2 3.6, CIS v1.4 4.6, CIS v3.0 4.6, CIS v5.0 4.6, CIS v6.0 5.6, CloudWatch.6]
tags: [cis, sign-in]
---*/
SELECT
  recipientAccountId,
  COALESCE(userIdentity.userName, userIdentity.type) AS who,
  sourceIPAddress,
  DATE(eventTime) AS day,
  COUNT(DISTINCT eventID) AS failures,
  MAX(eventTime) AS eventTime
FROM events
WHERE eventName = 'ConsoleLogin'
  AND errorMessage = 'Failed authentication'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
HAVING COUNT(DISTINCT eventID) >= :failures
ORDER BY failures DESC, who, day
LIMIT 1000
