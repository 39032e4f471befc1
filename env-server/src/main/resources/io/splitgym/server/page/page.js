import {ask, useToken} from "./server.js";
import {drawMap, drawSeries} from "./drawing.js";

const SPEC = "SplitInference-v0";
const BACKEND = "surrogate";
const COLUMNS = 31;
const REMEMBERED = 100;
const PAUSE = 1000;

const by = id => document.getElementById(id);
const number = (value, digits) => value === null || value === undefined ? "–" : value.toFixed(digits);

/** The environment that is played: id, path, description, what it saw, and the map for its m. */
let played = null;
let busy = false;
const remembered = new Map();

function tell(failure) {
  if (failure.status === 401) {
    by("token-form").hidden = false;
    by("server").textContent = "A token is needed.";
    by("token").focus();
  } else {
    by("told").textContent = failure.message;
  }
}

// Connecting

function showConnections(guarded) {
  const url = location.origin;
  const header = guarded ? ' -H "Authorization: Bearer $SPLITGYM_TOKEN"' : "";
  by("curl").textContent =
      `curl -s${header} -H 'Content-Type: application/json' -d '{"spec": "${SPEC}"}' ${url}/v1/envs\n`
      + `curl -s${header} -X POST ${url}/v1/envs/ID/reset\n`
      + `curl -s${header} -H 'Content-Type: application/json' -d '{"action": 2}' ${url}/v1/envs/ID/step`;
  by("python").textContent =
      "import gymnasium, splitgym  # pip install ./examples/python\n\n"
      + `env = gymnasium.make("splitgym/${SPEC}", url="${url}")\n`
      + "observation, info = env.reset(seed=42)\n"
      + "observation, reward, terminated, truncated, info = env.step(2)";
  const bearer = guarded
      ? '\n        .header("Authorization", "Bearer " + System.getenv("SPLITGYM_TOKEN"))' : "";
  by("java").textContent =
      "HttpResponse<String> made = HttpClient.newHttpClient().send(\n"
      + `    HttpRequest.newBuilder(URI.create("${url}/v1/envs"))${bearer}\n`
      + '        .header("Content-Type", "application/json")\n'
      + `        .POST(HttpRequest.BodyPublishers.ofString("{\\"spec\\": \\"${SPEC}\\"}"))\n`
      + "        .build(),\n"
      + "    HttpResponse.BodyHandlers.ofString());";
}

async function copy(event) {
  const id = event.currentTarget.dataset.copies;
  try {
    await navigator.clipboard.writeText(by(id).textContent);
    by("copied").textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren(by(id));
    by("copied").textContent = "The browser allows no copying here; the lines are selected.";
  }
}

// Playing

/** What each action does to the split, as the echoed parameters have it. */
function moves(parameters) {
  if (Array.isArray(parameters.moves)) {
    return parameters.moves;
  }
  return Array.from({length: parameters.actions}, (_, a) => a % 2 === 1 ? -(a + 1) / 2 : a / 2);
}

function showMoves() {
  const listed = moves(played.parameters).map((move, action) => ({move, action}));
  listed.sort((one, other) => one.move - other.move);
  by("moves").replaceChildren(...listed.map(({move, action}) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = move === 0 ? "stay" : move > 0 ? `+${move}` : `−${-move}`;
    button.setAttribute("aria-label", move === 0 ? "Stay" : `${Math.abs(move)} layers ${move > 0 ? "deeper" : "earlier"}`);
    button.dataset.action = action;
    button.addEventListener("click", () => run(() => step(action)));
    return button;
  }));
}

function enableMoves() {
  const playable = played !== null && !played.over && !busy;
  for (const button of by("moves").children) {
    // not "disabled", which would take the keyboard's focus away at every step
    button.setAttribute("aria-disabled", String(!playable));
  }
}

function showState() {
  const [sigma, m, split] = played.observation;
  const rows = [
    ["Split p", split.toFixed(0)],
    ["Noise sigma", sigma.toFixed(4)],
    ["Fading m", m.toFixed(3)],
    ["Steps left", played.info.stepsLeft ?? "–"],
    ["ln PPL", number(played.info.lnPpl, 4)],
    ["Reward", number(played.rewards.at(-1), 4)],
    ["Return", played.rewards.reduce((sum, reward) => sum + reward, 0).toFixed(4)],
  ];
  by("state").replaceChildren(...rows.flatMap(([term, value]) => {
    const pair = [document.createElement("dt"), document.createElement("dd")];
    pair[0].textContent = term;
    pair[1].textContent = value;
    return pair;
  }));
  drawSeries(by("rewards"), played.rewards, 320, 120, true);
}

/** The split with the best reward there: ln PPL and load are weighed as the environment does. */
function bestSplit(column, splits) {
  const reward = played.parameters.reward;
  const inference = reward.inferenceWeight ?? 1;
  const load = reward.loadWeight ?? 1;
  let best = 0;
  const cost = i => inference * column[i] + load * splits[i] / played.layers;
  column.forEach((_, i) => {
    if (cost(i) < cost(best)) {
      best = i;
    }
  });
  return splits[best];
}

async function predict(points) {
  const channel = {channel: played.parameters.channel};
  return (await ask("POST", "/v1/predict", {spec: SPEC, backend: BACKEND, ...channel, points})).lnPpl;
}

async function makeMap(m) {
  const {sigmaRange, splitRange} = played.parameters;
  const sigmas = Array.from({length: COLUMNS},
      (_, i) => sigmaRange[0] + (sigmaRange[1] - sigmaRange[0]) * i / (COLUMNS - 1));
  const splits = Array.from({length: splitRange[1] - splitRange[0] + 1}, (_, i) => splitRange[0] + i);
  const values = await predict(sigmas.flatMap(sigma => splits.map(split => [sigma, m, split])));
  const lnPpl = sigmas.map((_, i) => values.slice(i * splits.length, (i + 1) * splits.length));
  return {m, sigmas, splits, lnPpl, best: lnPpl.map(column => bestSplit(column, splits))};
}

async function showMap() {
  const [sigma, m, split] = played.observation;
  if (played.map === null || Math.abs(played.map.m - m) > 1e-6) {
    played.map = await makeMap(m);
  }
  const {map} = played;
  drawMap(by("map"), map, {sigma, split});
  const span = map.sigmas.at(-1) - map.sigmas[0];
  const column = span > 0 ? Math.round((sigma - map.sigmas[0]) / span * (COLUMNS - 1)) : 0;
  by("map-text").textContent =
      `At m ${m.toFixed(2)}. The ring is the present point: sigma ${sigma.toFixed(3)}, split `
      + `${split.toFixed(0)}. The dashed line is the split with the best reward at each sigma; here it is `
      + `${map.best[Math.min(Math.max(column, 0), COLUMNS - 1)]}.`;
}

async function begin() {
  if (played !== null) {
    const left = played;
    played = null;
    try {
      await ask("DELETE", left.path);
    } catch (failure) {
      if (failure.status !== 404) {
        throw failure;
      }
    }
  }
  const seed = Number(by("seed").value);
  const made = await ask("POST", "/v1/envs", {spec: SPEC, backend: BACKEND, preset: by("preset").value, seed});
  const path = `/v1/envs/${made.id}`;
  const start = await ask("POST", `${path}/reset`, {seed});
  played = {
    id: made.id, path, parameters: made.parameters, observation: start.observation, info: start.info,
    rewards: [], over: false, map: null, layers: made.parameters.splitRange[1] + 1,
  };
  showMoves();
  showState();
  by("told").textContent = `An episode has begun at split ${start.observation[2]}.`;
  await showMap();
}

async function step(action) {
  if (played === null || played.over) {
    by("told").textContent = "The episode is over. Start a new one.";
    return;
  }
  const result = await ask("POST", `${played.path}/step`, {action});
  played.observation = result.observation;
  played.info = result.info;
  played.rewards.push(result.reward);
  played.over = result.terminated || result.truncated;
  showState();
  by("told").textContent =
      `Split ${result.observation[2]}, reward ${result.reward.toFixed(4)}.`
      + (played.over ? " The episode is over." : "");
  await showMap();
}

/** One thing at a time; what goes wrong is told. */
async function run(work) {
  if (busy) {
    return;
  }
  busy = true;
  enableMoves();
  try {
    await work();
  } catch (failure) {
    tell(failure);
  } finally {
    busy = false;
    enableMoves();
  }
}

// Environments

function remember(standing) {
  const known = remembered.get(standing.id) ?? {at: "", splits: [], rewards: []};
  const at = `${standing.episodes} ${standing.steps}`;
  if (standing.reward !== null && at !== known.at) {
    known.at = at;
    known.rewards.push(standing.reward);
    known.splits.push(standing.observation[2]);
    for (const values of [known.rewards, known.splits]) {
      values.splice(0, Math.max(0, values.length - REMEMBERED));
    }
  }
  remembered.set(standing.id, known);
  return known;
}

function row(standing) {
  const known = remember(standing);
  const [sigma, m, split] = standing.observation ?? [null, null, null];
  const texts = [
    standing.id.slice(0, 8) + (played !== null && played.id === standing.id ? " (yours)" : ""),
    standing.backend, standing.status, standing.episodes, standing.steps,
    number(sigma, 4), number(m, 3), number(split, 0), number(standing.reward, 4),
  ];
  const line = document.createElement("tr");
  texts.forEach((text, i) => {
    const cell = document.createElement(i === 0 ? "th" : "td");
    if (i === 0) {
      cell.scope = "row";
      cell.title = standing.id;
    }
    cell.textContent = text;
    line.append(cell);
  });
  for (const [name, values, digits] of [["splits", known.splits, 0], ["rewards", known.rewards, 4]]) {
    const cell = document.createElement("td");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `${values.length} ${name}, the latest ${number(values.at(-1), digits)}`);
    drawSeries(svg, values, 112, 28, false);
    cell.append(svg);
    line.append(cell);
  }
  return line;
}

async function showLive() {
  const live = await ask("GET", "/v1/live");
  const shown = live.environments.length;
  by("live-count").textContent = live.all === 0 ? "None."
      : `${live.all} ${live.all === 1 ? "lives" : "live"}; ${shown} listed, used last first.`;
  by("live").replaceChildren(...live.environments.map(row));
  const ids = new Set(live.environments.map(standing => standing.id));
  for (const id of remembered.keys()) {
    if (!ids.has(id)) {
      remembered.delete(id);
    }
  }
}

async function watch() {
  if (!document.hidden) {
    try {
      await showLive();
    } catch (failure) {
      by("live-count").textContent = failure.message;
      if (failure.status === 401) {
        tell(failure);
        return;
      }
    }
  }
  setTimeout(watch, PAUSE);
}

async function start() {
  try {
    const handshake = await ask("GET", "/v1/handshake");
    by("server").textContent =
        `Version ${handshake.version}, protocol ${handshake.protocol}, at ${location.host}`;
    by("token-form").hidden = true;
    watch();
  } catch (failure) {
    if (failure.status === 401) {
      showConnections(true);
      tell(failure);
    } else {
      by("server").textContent = failure.message;
    }
  }
}

by("token-form").addEventListener("submit", event => {
  event.preventDefault();
  useToken(by("token").value);
  by("token").value = "";
  start();
});
by("new-episode").addEventListener("submit", event => {
  event.preventDefault();
  run(begin);
});
for (const button of document.querySelectorAll("[data-copies]")) {
  button.addEventListener("click", copy);
}
showConnections(false);
start();
