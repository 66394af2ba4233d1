import { Bench, type Installation } from './bench.ts';
import { randomOf } from './operation/operation.ts';
import type { Series } from './series.ts';
import type { Row } from './table.ts';
import { Violation } from './violation.ts';

export interface LoopOptions {
  readonly seed: number;
  readonly installation: Installation;
  readonly series: readonly Series[];
  /** It goes through all series again until there were this many. */
  readonly iterations: number;
  /** Places of each series in one pass; all unless told. */
  readonly places?: number;
  /** Milliseconds after which nothing new begins. */
  readonly budget?: number;
  readonly report?: (text: string) => void;
}

/** A series that does not come to an end hits something that grows. */
const mostPlaces = 100;
/** After this many iterations the folder is checked as a whole, and a new one begun. */
const folderLife = 30;

/** Runs the series in random order and returns a row for each. Its own failures are thrown, those of the server counted. */
export async function runLoop(options: LoopOptions): Promise<Row[]> {
  const { seed, installation, report = () => {}, budget = Infinity } = options;
  const random = randomOf(seed);
  const until = performance.now() + budget;
  const series = eachFaultFirst(shuffle(options.series, (limit) => random.below(limit)));
  const rows = series.map(({ fault, place, what }): Row => ({
    fault,
    place,
    what,
    iterations: 0,
    hits: 0,
    violations: [],
  }));
  let total = 0;
  let age = 0;
  let bench = await Bench.open(installation, random);

  const guard = async (row: Row, n: number, work: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Violation))
        throw new Error(`${row.fault}, ${row.place}:${n}, ${row.what}`, { cause: error });
      row.violations.push(error.message);
      report(`VIOLATION ${row.fault} ${row.place}:${n}, ${row.what}: ${error.message}`);
      await renew();
      return true;
    }
  };
  const renew = async () => {
    for (const note of bench.notes) report(note);
    await bench.close();
    bench = await Bench.open(installation, random);
    age = 0;
  };

  try {
    for (let pass = 0; pass === 0 || total < options.iterations; pass++) {
      for (const [index, each] of series.entries()) {
        const row = rows[index]!;
        const places = Math.min(each.places ?? mostPlaces, options.places ?? mostPlaces);
        for (let n = 1; n <= places; n++) {
          if (performance.now() > until || (pass > 0 && total >= options.iterations)) return rows;
          const hit = await guard(row, n, async () => await each.run(bench, n));
          row.iterations += 1;
          row.hits += hit ? 1 : 0;
          total += 1;
          age += 1;
          if (!hit) break;
        }
        if (row.hits === 0 && !each.mayMiss) row.violations.push('never came up');
        report(`${total} ${row.fault} ${row.place}, ${row.what}: ${row.hits} of ${row.iterations}`);
        if (age >= folderLife) {
          await guard(row, 0, async () => {
            await bench.verifyAll();
            return true;
          });
          await renew();
        }
      }
    }
    return rows;
  } finally {
    for (const note of bench.notes) report(note);
    await bench.close();
  }
}

/** One series of every fault, then the others: also a short run has seen each. */
function eachFaultFirst(series: readonly Series[]): Series[] {
  const first = new Map(series.toReversed().map((each) => [each.fault, each]));
  const isFirst = (each: Series) => first.get(each.fault) === each;
  return [...series.filter(isFirst), ...series.filter((each) => !isFirst(each))];
}

function shuffle<T>(items: readonly T[], below: (limit: number) => number): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = below(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
  }
  return shuffled;
}
