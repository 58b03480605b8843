/** The letters of Joda's patterns that both engines write alike; quoted text and punctuation stand for themselves. */
export const JODA_PATTERN =
  /^(?:yyyy|yy|y|MMMM|MMM|MM|M|dd|d|HH|H|hh|h|mm|m|ss|s|SSS|EEEE|EEE|E|e|D{1,3}|w{1,2}|a|Z{1,2}|'(?:[^']|'')*'|[^A-Za-z'])+$/
