/** Figures as SVG. Colours of the map are given as attributes: the policy allows no inline style. */
const SVG = "http://www.w3.org/2000/svg";

/** Viridis at equal distances, which reads the same in grey and for the colour-blind. */
const SCALE = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

function colour(share) {
  const place = Math.min(Math.max(share, 0), 1) * (SCALE.length - 1);
  const low = Math.min(Math.floor(place), SCALE.length - 2);
  const mixed = SCALE[low].map(
      (part, i) => Math.round(part + (SCALE[low + 1][i] - part) * (place - low)));
  return `rgb(${mixed.join(",")})`;
}

function points(list) {
  return list.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
}

/** A line through values, from left to right; with a scale where it is large. */
export function drawSeries(svg, values, width, height, withScale) {
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren();
  const left = withScale ? 44 : 2;
  const edge = withScale ? 12 : 3;
  if (values.length === 0) {
    return;
  }
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (high - low < 1e-9) {
    low -= 0.5;
    high += 0.5;
  }
  const x = i => left + (width - left - edge) * (values.length < 2 ? 0 : i / (values.length - 1));
  const y = value => height - edge - (height - 2 * edge) * (value - low) / (high - low);
  if (withScale) {
    svg.append(element("line", {class: "axis", x1: left - 4, x2: left - 4, y1: edge, y2: height - edge}));
    for (const value of [low, high]) {
      svg.append(element("text", {x: left - 8, y: y(value) + 4, "text-anchor": "end"}, value.toFixed(2)));
    }
  }
  svg.append(element("polyline", {class: "curve", points: points(values.map((v, i) => [x(i), y(v)]))}));
  svg.append(element("circle", {class: "dot", r: withScale ? 4 : 2.5, cx: x(values.length - 1), cy: y(values.at(-1))}));
}

/**
 * ln PPL over sigma (to the right) and split (upwards).
 *
 * map: sigmas, splits, lnPpl[column][row], best[column] as a split
 */
export function drawMap(svg, map, here) {
  const width = 560;
  const height = 380;
  const [left, right, top, bottom] = [44, 70, 10, 40];
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren();
  const cell = [(width - left - right) / map.sigmas.length, (height - top - bottom) / map.splits.length];
  const all = map.lnPpl.flat();
  const low = Math.min(...all);
  const high = Math.max(...all);
  const y = split => height - bottom - cell[1] * (split - map.splits[0] + 0.5);
  const first = map.sigmas[0];
  const span = map.sigmas.at(-1) - first;
  const x = sigma => left + cell[0] * (0.5 + (map.sigmas.length - 1) * (span > 0 ? (sigma - first) / span : 0));
  map.lnPpl.forEach((column, i) => column.forEach((value, j) => {
    svg.append(element("rect", {
      x: (left + cell[0] * i).toFixed(2),
      y: (y(map.splits[j]) - cell[1] / 2).toFixed(2),
      width: (cell[0] + 0.4).toFixed(2),
      height: (cell[1] + 0.4).toFixed(2),
      fill: colour((value - low) / (high - low || 1)),
    }));
  }));
  const best = points(map.best.map((split, i) => [x(map.sigmas[i]), y(split)]));
  svg.append(element("polyline", {class: "best-under", points: best}));
  svg.append(element("polyline", {class: "best", points: best}));
  for (const i of [0, (map.sigmas.length - 1) >> 1, map.sigmas.length - 1]) {
    svg.append(element("text", {x: x(map.sigmas[i]), y: height - bottom + 16, "text-anchor": "middle"}, map.sigmas[i].toFixed(2)));
  }
  for (const split of [map.splits[0], map.splits[map.splits.length >> 1], map.splits.at(-1)]) {
    svg.append(element("text", {x: left - 6, y: y(split) + 4, "text-anchor": "end"}, split));
  }
  svg.append(element("text", {x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle"}, "noise intensity sigma"));
  svg.append(element("text", {x: 12, y: (top + height - bottom) / 2, "text-anchor": "middle", transform: `rotate(-90 12 ${(top + height - bottom) / 2})`}, "split p"));
  const bar = [width - right + 14, height - top - bottom];
  for (let i = 0; i < 60; i++) {
    svg.append(element("rect", {x: bar[0], y: (top + bar[1] * (59 - i) / 60).toFixed(2), width: 12, height: (bar[1] / 60 + 0.4).toFixed(2), fill: colour(i / 59)}));
  }
  svg.append(element("text", {x: bar[0] + 16, y: top + 10}, high.toFixed(1)));
  svg.append(element("text", {x: bar[0] + 16, y: top + bar[1]}, low.toFixed(1)));
  svg.append(element("circle", {class: "here", r: 6, cx: x(here.sigma), cy: y(here.split)}));
}
