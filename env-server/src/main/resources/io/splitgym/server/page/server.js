/** Asking the server. What fails is thrown as a ServerError with the problem's detail and status. */
const KEPT = "splitgym-token";
const RECONNECT = 2000;

export class ServerError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export function useToken(token) {
  sessionStorage.setItem(KEPT, token);
}

export function forgetToken() {
  sessionStorage.removeItem(KEPT);
}

export function hasToken() {
  return sessionStorage.getItem(KEPT) !== null;
}

function headers(accept) {
  const token = sessionStorage.getItem(KEPT);
  return token === null ? {Accept: accept} : {Accept: accept, Authorization: `Bearer ${token}`};
}

async function send(path, request) {
  try {
    return await fetch(path, {cache: "no-store", ...request});
  } catch {
    throw new ServerError(0, "The server doesn't answer.");
  }
}

async function read(answer) {
  const text = await answer.text();
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ServerError(answer.status, `The server answered with status ${answer.status}.`);
  }
  if (!answer.ok) {
    throw new ServerError(answer.status, body.detail);
  }
  return body;
}

/** @param outliving whether it goes out even when the page is left */
export async function ask(method, path, body, outliving = false) {
  const request = {method, headers: headers("application/json"), keepalive: outliving};
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  const answer = await send(path, request);
  return answer.status === 204 ? null : read(answer);
}

/** What follows each "data: " of server-sent events, until they end. EventSource can't send a token. */
async function* events(path) {
  const answer = await send(path, {headers: headers("text/event-stream")});
  if (!answer.ok) {
    await read(answer);
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const {done, value} = await reader.read().catch(() => ({done: true}));
    if (done) {
      return;
    }
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      for (const line of block.split("\n")) {
        if (line.startsWith("data: ")) {
          yield JSON.parse(line.slice("data: ".length));
        }
      }
    }
  }
}

/**
 * Tells of every event, and goes on with a new connection when one ends; but not where a token is
 * needed.
 */
export async function watch(path, onEvent, onState) {
  for (;;) {
    try {
      for await (const event of events(path)) {
        onState(true);
        onEvent(event);
      }
      onState(false, "The connection is lost.");
    } catch (failure) {
      if (!(failure instanceof ServerError) || failure.status === 401) {
        throw failure;
      }
      onState(false, failure.message);
    }
    await new Promise(resume => setTimeout(resume, RECONNECT));
  }
}
