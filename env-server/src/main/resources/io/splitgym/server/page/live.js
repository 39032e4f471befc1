/** The environments of the server, as its events tell of them. */
import {seriesChart, sparkline} from "./charts.js";
import {playedId} from "./play.js";

const REMEMBERED = 200;

const by = id => document.getElementById(id);
const text = (value, digits) =>
  value === null || value === undefined ? "–" : value.toFixed(digits).replace("-", "−");

/** By id: the latest standing, what was seen of it over time, its row. */
const known = new Map();
let drawWatched = null;
let watched = null;

function cell(row, name, className) {
  const made = document.createElement(name);
  made.className = className;
  row.append(made);
  return made;
}

function makeEntry(id) {
  const row = document.createElement("tr");
  const head = cell(row, "th", "");
  head.scope = "row";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.title = id;
  button.addEventListener("click", () => choose(id));
  const tag = document.createElement("span");
  tag.className = "tag";
  head.append(button, tag);
  const cells = ["", "status", ...Array(7).fill("number")].map(className => cell(row, "td", className));
  const canvas = document.createElement("canvas");
  canvas.width = 120;
  canvas.height = 28;
  canvas.setAttribute("role", "img");
  cell(row, "td", "spark").append(canvas);
  return {
    row, button, tag, cells, canvas, spark: null, at: "", x: 0, rewards: [], returns: [], splits: [],
  };
}

function note(entry, {episodes, steps, reward, episodeReturn, observation}) {
  const at = `${episodes} ${steps}`;
  if (observation === null || at === entry.at) {
    return;
  }
  entry.at = at;
  entry.x += 1;
  entry.splits.push({x: entry.x, y: observation[2]});
  // a reset has no reward: the lines break there
  entry.rewards.push({x: entry.x, y: reward});
  entry.returns.push({x: entry.x, y: steps === 0 ? null : episodeReturn});
  for (const values of [entry.splits, entry.rewards, entry.returns]) {
    values.splice(0, Math.max(0, values.length - REMEMBERED));
  }
}

function show(id, entry) {
  const {standing} = entry;
  const [sigma, m, split] = standing.observation ?? [null, null, null];
  const vector = standing.numEnvs !== null;
  entry.button.textContent = id.slice(0, 8);
  entry.tag.textContent = vector ? `×${standing.numEnvs}` : playedId() === id ? "yours" : "";
  const values = [
    standing.backend, standing.status, standing.episodes, standing.steps, text(sigma, 4), text(m, 3),
    text(split, vector ? 1 : 0), text(standing.reward, 4), text(standing.episodeReturn, 4),
  ];
  entry.cells.forEach((one, i) => { one.textContent = values[i]; });
  entry.row.dataset.status = standing.status;
  entry.spark ??= sparkline(entry.canvas);
  entry.spark.show(entry.rewards);
  const latest = entry.rewards.filter(({y}) => y !== null);
  entry.canvas.setAttribute("aria-label",
      latest.length === 0 ? "No reward as yet" : `${latest.length} rewards, the latest ${text(latest.at(-1).y, 4)}`);
}

function choose(id) {
  watched = id;
  for (const [other, entry] of known) {
    entry.button.setAttribute("aria-pressed", String(other === id));
    entry.row.classList.toggle("chosen", other === id);
  }
  showWatched();
}

function showWatched() {
  const entry = known.get(watched);
  by("watched").hidden = entry === undefined;
  if (entry === undefined) {
    return;
  }
  by("watched-title").textContent = `Environment ${watched.slice(0, 8)}, while watched`;
  drawWatched ??= seriesChart(by("watched-chart"), "step, while watched", true);
  drawWatched(entry);
  by("watched-text").textContent =
      `Split ${text(entry.splits.at(-1)?.y, 0)}, reward ${text(entry.rewards.at(-1)?.y, 4)}, return `
      + `${text(entry.returns.at(-1)?.y, 4)}.`;
}

function forget(id) {
  const entry = known.get(id);
  if (entry !== undefined) {
    entry.spark?.end();
    entry.row.remove();
    known.delete(id);
  }
}

/** One event of /v1/live. */
export function showEvent({whole, all, environments, ended, unlisted}) {
  if (whole) {
    const told = new Set(environments.map(({id}) => id));
    [...known.keys()].filter(id => !told.has(id)).forEach(forget);
  }
  [...ended, ...unlisted].forEach(forget);
  for (const standing of environments) {
    let entry = known.get(standing.id);
    if (entry === undefined) {
      entry = makeEntry(standing.id);
      known.set(standing.id, entry);
      by("live").prepend(entry.row);
    }
    entry.standing = standing;
    note(entry, standing);
    show(standing.id, entry);
  }
  by("live-count").textContent = all === 0 ? "None is running."
      : all === known.size ? `${all} live` : `${all} live, ${known.size} of them listed`;
  by("live-empty").hidden = known.size > 0;
  if (!known.has(watched)) {
    const next = known.keys().next();
    choose(next.done ? null : next.value);
  } else {
    showWatched();
  }
}
