/** Asking the server. What fails is thrown as an Error with the problem's detail and status. */
const KEPT = "splitgym-token";

export class ServerError extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

export function useToken(token) {
  sessionStorage.setItem(KEPT, token);
}

export async function ask(method, path, body) {
  const headers = {Accept: "application/json"};
  const token = sessionStorage.getItem(KEPT);
  if (token !== null) {
    headers.Authorization = `Bearer ${token}`;
  }
  const request = {method, headers, cache: "no-store"};
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, request);
  } catch {
    throw new ServerError(0, "The server does not answer.");
  }
  if (answer.status === 204) {
    return null;
  }
  const text = await answer.text();
  let read;
  try {
    read = JSON.parse(text);
  } catch {
    throw new ServerError(answer.status, `The server answered with status ${answer.status}.`);
  }
  if (!answer.ok) {
    throw new ServerError(answer.status, read.detail);
  }
  return read;
}
