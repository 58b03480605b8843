/**
 * Probability that a Poisson variable of mean `rate` reaches `count` (a whole number). 1 where the count is not above the rate:
 * only rare counts are of interest. Worked out in logarithms, so that no count overflows.
 */
export const tailOf = (count: number, rate: number): number => {
  if (count <= rate || count <= 0) return 1
  if (rate <= 0) return 0
  const first = Math.exp(count * Math.log(rate) - rate - logFactorial(count))
  let sum = 1
  let term = 1
  for (let next = count + 1; term > 1e-12 && next < count + 100_000; next++) {
    term *= rate / next
    sum += term
  }
  return Math.min(1, first * sum)
}

/** ln(n!), by Stirling's series from 20 on: good to 1e-12. */
const logFactorial = (n: number): number => {
  if (n < 20) {
    let log = 0
    for (let i = 2; i <= n; i++) log += Math.log(i)
    return log
  }
  const x = n + 1
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3)
}
