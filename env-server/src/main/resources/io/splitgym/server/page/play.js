/** The environment that is played by hand. One request at a time; what goes wrong is told. */
import {ask} from "./server.js";
import {heatMap, seriesChart} from "./charts.js";

const COLUMNS = 31;
const SHOWN_APART = 0.93;
const RELEASED_SCALE = 10.5;

const by = id => document.getElementById(id);
const text = (value, digits) =>
  value === null || value === undefined ? "–" : value.toFixed(digits).replace("-", "−");

/** id, path, parameters, and what was seen of the present episode; null before there is one. */
let played = null;
let busy = false;
let onFailure = () => {};
const drawMap = heatMap(by("map"));
const drawEpisode = seriesChart(by("episode"), "step", false);

export const playedId = () => played === null ? null : played.id;

// Actions

/** What each action does to the split; the usual moves aren't told one by one. */
function movesOf({moves, actions: count}) {
  return moves ?? Array.from({length: count}, (_, action) => action % 2 === 1 ? -(action + 1) / 2 : action / 2);
}

/** Each action, with what it says on its button and what it is called. */
function actions({parameters}) {
  if (parameters.actionKind === "splits") {
    const [first, last] = parameters.splitRange;
    return Array.from({length: last - first + 1},
        (_, action) => ({action, place: action, label: `${first + action}`, name: `Split ${first + action}`}));
  }
  return movesOf(parameters)
      .map((move, action) => ({
        action,
        place: move,
        label: move === 0 ? "stay" : move > 0 ? `+${move}` : `−${-move}`,
        name: move === 0 ? "Stay"
            : `${Math.abs(move)} ${Math.abs(move) === 1 ? "layer" : "layers"} ${move > 0 ? "deeper" : "earlier"}`,
      }))
      .sort((one, other) => one.place - other.place);
}

const buttons = () => [...by("moves").children];

/** Of the buttons one is in the order of focus, as in any toolbar. */
function makeCurrent(button) {
  buttons().forEach(one => { one.tabIndex = one === button ? 0 : -1; });
}

function showActions() {
  by("moves").classList.toggle("many", played.parameters.actionKind === "splits");
  by("moves").replaceChildren(...actions(played).map(({action, label, name}) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.setAttribute("aria-label", name);
    button.dataset.action = action;
    button.addEventListener("click", () => {
      makeCurrent(button);
      run(() => step(action));
    });
    return button;
  }));
  makeCurrent(actionButton(0) ?? buttons()[0]);
}

/** The button that leads so many layers on from here, if there is one. */
function actionButton(layers) {
  const {actionKind, splitRange} = played.parameters;
  const action = actionKind === "splits"
      ? played.observation[2] + layers - splitRange[0] : movesOf(played.parameters).indexOf(layers);
  return buttons().find(button => button.dataset.action === String(action));
}

function onKey(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || played === null) {
    return;
  }
  const all = buttons();
  const at = all.indexOf(document.activeElement);
  const focus = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1}[event.key];
  const layers = {ArrowUp: 1, ArrowDown: -1, s: 0, S: 0}[event.key];
  if (focus !== undefined) {
    const next = all[Math.min(Math.max(focus, 0), all.length - 1)];
    makeCurrent(next);
    next.focus();
  } else if (layers !== undefined) {
    actionButton(layers)?.click();
  } else {
    return;
  }
  event.preventDefault();
}

function enableActions() {
  const playable = played !== null && !played.over && !busy;
  for (const button of buttons()) {
    // not "disabled", which would take the keyboard's focus away at every step
    button.setAttribute("aria-disabled", String(!playable));
  }
}

// What is shown

function showSplit(split) {
  const {layers} = played;
  by("on-device").textContent = `${split} ${split === 1 ? "layer" : "layers"}`;
  by("on-edge").textContent = `${layers - split} ${layers - split === 1 ? "layer" : "layers"}`;
  by("split-figure").setAttribute("aria-label",
      `The first ${split} of ${layers} layers run on the user equipment, the other ${layers - split} on the edge.`);
  by("layers").replaceChildren(...Array.from({length: layers}, (_, i) => {
    const layer = document.createElement("span");
    layer.className = i < split ? "device" : "edge";
    return layer;
  }));
}

function showState() {
  const [sigma, m, split] = played.observation;
  const tiles = [
    ["ln PPL", text(played.info.lnPpl, 4)],
    ["Reward", text(played.rewards.at(-1)?.y, 4)],
    ["Return", text(played.returns.at(-1)?.y, 4)],
    ["Steps left", played.info.stepsLeft ?? "–"],
    ["Split p", text(split, 0)],
    ["Best split", `${played.map.best[columnOf(sigma)]}`],
    ["Noise σ", text(sigma, 3)],
    ["Fading m", text(m, 2)],
  ];
  by("state").replaceChildren(...tiles.map(([term, value]) => {
    const tile = document.createElement("div");
    const pair = [document.createElement("dt"), document.createElement("dd")];
    pair[0].textContent = term;
    pair[1].textContent = value;
    tile.append(...pair);
    return tile;
  }));
  showSplit(split);
  showMap();
  drawEpisode({rewards: played.rewards, returns: played.returns, splits: []});
  by("episode-text").textContent = played.rewards.length === 0 ? "No step has been taken."
      : `${played.rewards.length} steps; the latest reward is ${text(played.rewards.at(-1).y, 4)}, the return `
        + `${text(played.returns.at(-1).y, 4)}.`;
}

// The map

/** What the environment's reward makes of a point, but for what doesn't depend on the split. */
function worth(lnPpl, split) {
  const {reward, splitRange} = played.parameters;
  if (reward.kind === "reference") {
    const gain = -RELEASED_SCALE * Math.expm1(lnPpl - played.lnPplAtStart);
    const clipped = reward.clip ? Math.max(-RELEASED_SCALE, gain) : gain;
    return clipped + (splitRange[1] - split) / splitRange[1];
  }
  return -(reward.inferenceWeight * lnPpl + reward.loadWeight * split / played.layers);
}

function bestSplit(column, splits) {
  const worths = column.map((lnPpl, i) => worth(lnPpl, splits[i]));
  return splits[worths.indexOf(Math.max(...worths))];
}

/** The surrogate's, whatever the backend: an LLM would take half an hour. */
async function makeMap(m) {
  const {sigmaRange, splitRange, channel} = played.parameters;
  const span = sigmaRange[1] - sigmaRange[0];
  const columns = span > 0 ? COLUMNS : 1;
  const pace = span > 0 ? span / (COLUMNS - 1) : 0.01;
  const sigmas = Array.from({length: columns}, (_, i) => sigmaRange[0] + pace * i);
  const splits = Array.from({length: splitRange[1] - splitRange[0] + 1}, (_, i) => splitRange[0] + i);
  const points = sigmas.flatMap(sigma => splits.map(split => [sigma, m, split]));
  const {lnPpl} = await ask("POST", "/v1/predict", {spec: played.spec, backend: "surrogate", channel, points});
  const columnsOf = sigmas.map((_, i) => lnPpl.slice(i * splits.length, (i + 1) * splits.length));
  const ranked = [...lnPpl].sort((one, other) => one - other);
  return {
    m, sigmas, pace, splits, lnPpl: columnsOf,
    low: ranked[0],
    // the first splits are so much worse under noise that all others would look the same
    high: ranked[Math.floor(SHOWN_APART * (ranked.length - 1))],
    highest: ranked.at(-1),
    best: columnsOf.map(column => bestSplit(column, splits)),
  };
}

function columnOf(sigma) {
  const {sigmas, pace} = played.map;
  return Math.min(Math.max(Math.round((sigma - sigmas[0]) / pace), 0), sigmas.length - 1);
}

/** A map is of one m; where the channel changes, another is asked for. */
async function needMap() {
  const m = played.observation[1];
  if (played.map === null || Math.abs(played.map.m - m) > 1e-6) {
    played.map = await makeMap(m);
  }
}

function showMap() {
  const [sigma, m, split] = played.observation;
  const {map} = played;
  drawMap(map, played.visited);
  by("map-low").textContent = text(map.low, 2);
  by("map-high").textContent = `${map.highest > map.high ? "≥ " : ""}${text(map.high, 2)}`;
  by("map-legend").hidden = false;
  by("map-text").textContent =
      `At m ${m.toFixed(2)} and σ ${sigma.toFixed(3)} the split is ${split}; the best one, by its reward, is `
      + `${map.best[columnOf(sigma)]}.`;
}

// Episodes

async function leave() {
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

async function begin(spec) {
  if (played !== null) {
    await leave();
  }
  const seed = Number(by("seed").value);
  const wanted = by("actions").value;
  const chosen = wanted === "preset" ? {} : wanted === "splits" ? {actionKind: "splits"} : {actions: Number(wanted)};
  const made = await ask("POST", "/v1/envs",
      {spec, backend: by("backend").value, preset: by("preset").value, seed, ...chosen});
  const path = `/v1/envs/${made.id}`;
  const {observation, info} = await ask("POST", `${path}/reset`, {seed});
  played = {
    id: made.id, spec, path, parameters: made.parameters, observation, info,
    rewards: [], returns: [], visited: [{x: observation[0], y: observation[2]}], over: false, map: null,
    lnPplAtStart: info.lnPpl,
    layers: made.parameters.splitRange[1] + 1,
  };
  await needMap();
  showActions();
  showState();
  by("told").textContent = `An episode has begun at split ${observation[2]}.`;
}

async function step(action) {
  if (played.over) {
    by("told").textContent = "The episode is over. Start a new one.";
    return;
  }
  const {observation, reward, terminated, truncated, info} =
      await ask("POST", `${played.path}/step`, {action});
  const x = played.rewards.length + 1;
  played.observation = observation;
  played.info = info;
  played.rewards.push({x, y: reward});
  played.returns.push({x, y: (played.returns.at(-1)?.y ?? 0) + reward});
  played.visited.push({x: observation[0], y: observation[2]});
  played.over = terminated || truncated;
  await needMap();
  showState();
  by("told").textContent = `Step ${x}: split ${observation[2]}, reward ${text(reward, 4)}.`
      + (played.over ? ` The episode is over; its return is ${text(played.returns.at(-1).y, 4)}.` : "");
}

async function run(work) {
  if (busy) {
    return;
  }
  busy = true;
  enableActions();
  try {
    await work();
  } catch (failure) {
    by("told").textContent = failure.message;
    onFailure(failure);
  } finally {
    busy = false;
    enableActions();
  }
}

/** @param failed is told what goes wrong, too */
export function startPlaying(spec, failed) {
  onFailure = failed;
  by("moves").addEventListener("keydown", onKey);
  by("new-episode").addEventListener("submit", event => {
    event.preventDefault();
    run(() => begin(spec));
  });
  addEventListener("pagehide", () => {
    if (played !== null) {
      ask("DELETE", played.path, undefined, true).catch(() => {});
      played = null;
    }
  });
}
