/*---
name: buckets-using-acls
title: Buckets that need their ACL
question: Which buckets were reached by calls that only an ACL allowed?
params: [since, until]
columns: { bucket: string, calls: integer, identities: integer, last_seen: timestamp }
covers: [s3-buckets-using-acls]
needs: [management, data]
tags: [sample, s3]
---*/
SELECT
  requestParameters.bucketName AS bucket,
  COUNT(DISTINCT eventID) AS calls,
  COUNT(DISTINCT COALESCE(userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId)) AS identities,
  MAX(eventTime) AS last_seen
FROM events
WHERE eventSource = 's3.amazonaws.com'
  AND additionalEventData.aclRequired = 'Yes'
  AND eventTime >= :since AND eventTime < :until
GROUP BY 1
ORDER BY calls DESC, bucket
LIMIT 1000
