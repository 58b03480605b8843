/*---
name: new-key-activity
title: What new access keys were used for
question: Of the access keys created in this time, what did each do, how soon after, and from an address other than its maker's?
params: [since, until]
columns: {
  access_key_id: string, made_for: string, made_by: string, made_at: timestamp, eventsource: string,
  eventname: string, calls: integer, errors: integer, calls_from_elsewhere: integer,
  first_use_minutes_later: integer
  }
tags: [investigation, key, persistence]
---*/
WITH made AS (
  SELECT
    json_extract_scalar(responseElements, '$.accessKey.accessKeyId') AS access_key_id,
    json_extract_scalar(responseElements, '$.accessKey.userName') AS made_for,
    COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS made_by,
    sourceIPAddress AS made_from,
    eventTime AS made_at
  FROM events
  WHERE eventSource = 'iam.amazonaws.com'
    AND eventName = 'CreateAccessKey'
    AND errorCode IS NULL
    AND eventTime >= :since AND eventTime < :until
)
SELECT
  made.access_key_id,
  made.made_for,
  made.made_by,
  made.made_at,
  used.eventSource,
  used.eventName,
  COUNT(DISTINCT used.eventID) AS calls,
  COUNT(DISTINCT CASE WHEN used.errorCode IS NOT NULL THEN used.eventID END) AS errors,
  COUNT(DISTINCT CASE WHEN used.sourceIPAddress <> made.made_from THEN used.eventID END) AS calls_from_elsewhere,
  MIN(date_diff('minute', made.made_at, used.eventTime)) AS first_use_minutes_later
FROM made
JOIN events AS used ON used.userIdentity.accessKeyId = made.access_key_id
WHERE used.eventTime >= :since AND used.eventTime < :until
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY made_at, access_key_id, calls DESC, eventSource, eventName
LIMIT 1000
