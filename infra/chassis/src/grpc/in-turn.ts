/**
 * Answers requests in the order they came, with up to `atOnce` being worked on: a stream of small messages is not slowed
 * to one round trip each. Stops taking requests while the answers are not read.
 */
export async function* inTurn<Request, Response>(
  requests: AsyncIterable<Request>,
  atOnce: number,
  work: (request: Request) => Promise<Response>,
): AsyncGenerator<Response, void> {
  const source = requests[Symbol.asyncIterator]();
  const answers: Promise<Response>[] = [];
  let next: Promise<IteratorResult<Request>> | undefined = source.next();
  try {
    while (next || answers.length > 0) {
      const [oldest] = answers;
      const full = answers.length >= atOnce;
      const ready = await Promise.race([
        ...(next && !full ? [next.then((result) => ({ result }))] : []),
        ...(oldest ? [oldest.then((answer) => ({ answer }))] : []),
      ]);
      if ('answer' in ready) {
        answers.shift();
        yield ready.answer;
      } else if (ready.result.done) next = undefined;
      else {
        const answer = work(ready.result.value);
        // It may fail long before its turn.
        answer.catch(() => {});
        answers.push(answer);
        next = source.next();
      }
    }
  } finally {
    await source.return?.();
  }
}
