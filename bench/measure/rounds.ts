/**
 * Measures all contestants in turn, `rounds` times, so that a change of the machine's speed meets all of them; each
 * round begins with another one. Returns the results of each contestant, round by round.
 */
export async function inRounds<Contestant, Result>(
  contestants: readonly Contestant[],
  rounds: number,
  measure: (contestant: Contestant) => Promise<Result>,
): Promise<Map<Contestant, Result[]>> {
  const results = new Map<Contestant, Result[]>(contestants.map((contestant) => [contestant, []]));
  for (let round = 0; round < rounds; round++) {
    const first = round % contestants.length;
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      results.get(contestant)!.push(await measure(contestant));
    }
  }
  return results;
}
