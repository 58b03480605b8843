/** Is it a time zone by a name that both engines have: those of the IANA database with a slash. */
export const isZone = (name: string): boolean => {
  if (!/^[A-Z][A-Za-z]+\/[A-Za-z_/+-]+$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
