/** Tells a person how far a script has come. */
export type Report = (line: string) => void;

/** Lines with the seconds since the script began. */
export function reporter(began = performance.now()): Report {
  return (line) => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
    process.stdout.write(`${seconds} s  ${line}\n`);
  };
}

const SILENCE_MS = 5_000;

/** Says `line` when `work` takes so long that a person begins to wonder, and again every few seconds. */
export async function whileWorking<T>(report: Report, line: () => string, work: Promise<T>): Promise<T> {
  const timer = setInterval(() => report(line()), SILENCE_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
