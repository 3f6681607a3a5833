// Talks to the API: a question answered as a stream of events, and errors as one line.

/** What the addresses of the collection begin with that the page is of. */
export const root = document.documentElement.dataset.root;

export class ProblemError extends Error {}

export const UNREACHABLE = "The server cannot be reached: check the connection, then try again.";

/** Asks the last question of a page's address; yields the turn's HTML as it grows. Throws ProblemError. */
export async function* askTurn(address, answers, signal) {
  const response = await send(`${root}/turn${new URL(address, location).search}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ answers }),
    signal,
  });
  let isWhole = false;
  for await (const { name, data } of events(response.body)) {
    if (name === "error") throw new ProblemError(data.detail ?? "The answer broke off.");
    isWhole = data.is_whole;
    yield data.html;
  }
  if (!isWhole) throw new ProblemError("The connection broke off before the answer was there.");
}

/** Fetches; throws ProblemError with the server's own line where it refuses. */
export async function send(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ProblemError(UNREACHABLE);
  }
  if (!response.ok) throw new ProblemError(await problemLine(response));
  return response;
}

export async function problemLine(response) {
  const problem = await response.json().catch(() => ({}));
  return problem.detail ?? `The server answered with status ${response.status}.`;
}

async function* events(body) {
  let waiting = "";
  for await (const text of texts(body)) {
    const blocks = (waiting + text).split(/\r?\n\r?\n/);
    waiting = blocks.pop();
    for (const block of blocks) {
      const fields = block.split(/\r?\n/).map((line) => line.split(/: ?(.*)/s));
      const name = fields.find(([field]) => field === "event")?.[1];
      const data = fields.filter(([field]) => field === "data").map(([, value]) => value).join("\n");
      if (name) yield { name, data: JSON.parse(data || "{}") };
    }
  }
}

async function* texts(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ProblemError("The connection broke off before the answer was there.");
  } finally {
    reader.releaseLock();
  }
}
