/*---
name: source-address-neighbours
title: Who else used an address
question: Which identities and accounts were active from this address, and from how many other addresses do they come as a rule?
params:
  - { name: ip, type: string, description: 'the address as the events show it' }
  - since
  - until
columns: {
  recipientaccountid: string, principal: string, calls_from_here: integer, calls_from_elsewhere: integer,
  other_addresses: integer
  }
tags: [investigation, network]
---*/
WITH active AS (
  SELECT
    recipientAccountId,
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy, userIdentity.principalId) AS principal,
    sourceIPAddress,
    eventID
  FROM events
  WHERE eventTime >= :since AND eventTime < :until
)
SELECT
  recipientAccountId,
  principal,
  COUNT(DISTINCT CASE WHEN sourceIPAddress = :ip THEN eventID END) AS calls_from_here,
  COUNT(DISTINCT CASE WHEN sourceIPAddress <> :ip THEN eventID END) AS calls_from_elsewhere,
  COUNT(DISTINCT CASE WHEN sourceIPAddress <> :ip THEN sourceIPAddress END) AS other_addresses
FROM active
GROUP BY recipientAccountId, principal
HAVING COUNT(DISTINCT CASE WHEN sourceIPAddress = :ip THEN eventID END) > 0
ORDER BY calls_from_here DESC, principal
LIMIT 500
