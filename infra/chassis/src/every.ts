/** Runs `work` again and again, `pauseMs` after it has ended; `first` resolves when it has run once. */
export function every(pauseMs: number, work: () => Promise<void>): { first: Promise<void>; stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void>;
  const round = async (): Promise<void> => {
    await work();
    if (stopped) return;
    timer = setTimeout(() => {
      running = round();
    }, pauseMs);
  };
  running = round();
  return {
    first: running,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
