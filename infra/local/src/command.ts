import { Children } from './children.ts';
import { explain } from './trouble.ts';

/** What a script gets to work with. */
export interface Context {
  readonly children: Children;
  /** Called last, when all children have ended. */
  atEnd(act: () => void): void;
}

/**
 * Runs a script to its end and leaves nothing running, however it ends: `body` answers the exit code; what it throws is
 * told in one line; Ctrl-C, SIGTERM and a closed terminal end it early with `stoppedCode`.
 */
export async function command(
  name: string,
  stoppedCode: number,
  body: (context: Context) => Promise<number>,
): Promise<never> {
  const children = new Children();
  const ends: (() => void)[] = [];
  process.stdout.on('error', () => {}); // a reader that went away is no reason to leave processes behind
  let asked = false;
  const stopped = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => {
        if (asked) children.killAll();
        asked = true;
        resolve(stoppedCode);
      });
  });
  const failed = (error: unknown) => {
    if (asked) return stoppedCode; // what breaks while all is being ended is no news
    process.stderr.write(`${name}: ${explain(error)}\n`);
    return 1;
  };
  const code = await Promise.race([
    body({ children, atEnd: (act) => ends.push(act) }).catch(failed),
    stopped,
    unforeseen().then(failed),
  ]);
  await children.endAll();
  for (const act of ends) act();
  const tooLong = new Promise((resolve) => setTimeout(resolve, UNREAD_MS));
  await Promise.race([Promise.all([process.stdout, process.stderr].map(written)), tooLong]);
  process.exit(code);
}

/** How long a reader that does not read may keep us. */
const UNREAD_MS = 5_000;

/** What was said is with the reader: an exit would take away what still waits. */
const written = (stream: NodeJS.WriteStream) => new Promise<void>((resolve) => stream.write('', () => resolve()));

const unforeseen = () =>
  new Promise<unknown>((resolve) => {
    process.once('uncaughtException', resolve);
    process.once('unhandledRejection', resolve);
  });
