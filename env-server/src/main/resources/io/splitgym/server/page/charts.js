/** Charts, by Chart.js; it draws on canvases, so what they show is told in words beside them. */
const {Chart} = globalThis;

/** Viridis at equal distances, which reads the same in grey and for the colour-blind. */
const SCALE = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];

const dark = matchMedia("(prefers-color-scheme: dark)");
const drawn = new Set();

function colour(share) {
  const place = Math.min(Math.max(share, 0), 1) * (SCALE.length - 1);
  const low = Math.min(Math.floor(place), SCALE.length - 2);
  const mixed = SCALE[low].map(
      (part, i) => Math.round(part + (SCALE[low + 1][i] - part) * (place - low)));
  return `rgb(${mixed.join(",")})`;
}

const token = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function axis(title, more = {}) {
  return {
    type: "linear",
    title: {display: title !== "", text: title, color: token("--quiet")},
    ticks: {color: token("--quiet"), maxRotation: 0, ...more.ticks},
    grid: {color: token("--line"), drawTicks: false, ...more.grid},
    border: {display: false},
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== "ticks" && key !== "grid")),
  };
}

/** A chart that is made again in the other colours when these change. */
function keep(canvas, make) {
  const kept = {chart: new Chart(canvas, make())};
  kept.remake = () => {
    kept.chart.destroy();
    kept.chart = new Chart(canvas, make());
  };
  drawn.add(kept);
  return kept;
}

dark.addEventListener("change", () => drawn.forEach(kept => kept.remake()));
/** As large as the page's own, which grow with the screen. */
const small = () => Math.round(0.75 * parseFloat(getComputedStyle(document.documentElement).fontSize));

Chart.defaults.font.size = small();
Chart.defaults.font.family = "system-ui, sans-serif";
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;

function line(label, name, values, more) {
  return {
    label, data: values, borderColor: token(name), backgroundColor: token(name), borderWidth: 2,
    pointRadius: 0, pointHitRadius: 8, tension: 0, clip: 8, ...more,
  };
}

/** From the first value to the last one, and no more. */
const reach = values => values.length < 2 ? {} : {min: values[0].x, max: values.at(-1).x};

/** Series over steps, beside one another: reward and return to the left, the split to the right. */
export function seriesChart(canvas, title, withSplit) {
  let shown = {rewards: [], returns: [], splits: []};
  const data = () => [
    line("Return", "--second", shown.returns),
    line("Reward", "--accent", shown.rewards, {pointRadius: shown.rewards.length < 30 ? 3 : 0}),
    ...(withSplit
        ? [line("Split", "--third", shown.splits, {yAxisID: "split", stepped: true, borderDash: [4, 3]})]
        : []),
  ];
  const kept = keep(canvas, () => ({
    type: "line",
    data: {datasets: data()},
    options: {
      interaction: {mode: "nearest", axis: "x", intersect: false},
      scales: {
        x: axis(title, {...reach(withSplit ? shown.splits : shown.rewards), ticks: {precision: 0, maxTicksLimit: 8}, grid: {display: false}}),
        y: axis("", {ticks: {maxTicksLimit: 5}}),
        ...(withSplit
            ? {split: axis("split", {position: "right", ticks: {precision: 0, maxTicksLimit: 5}, grid: {display: false}})}
            : {}),
      },
      plugins: {
        legend: {
          position: "top", align: "end", reverse: true,
          labels: {color: token("--quiet"), boxWidth: 16, boxHeight: 0, padding: 12},
        },
      },
    },
  }));
  return values => {
    shown = values;
    kept.chart.data.datasets = data();
    Object.assign(kept.chart.options.scales.x, reach(withSplit ? shown.splits : shown.rewards));
    kept.chart.update("none");
  };
}

/** A line without axes, as small as a row of a table. */
export function sparkline(canvas) {
  let shown = [];
  const data = () => [line("Reward", "--accent", shown, {borderWidth: 1.5})];
  const kept = keep(canvas, () => ({
    type: "line",
    data: {datasets: data()},
    options: {
      events: [],
      responsive: false,
      scales: {x: {type: "linear", display: false, ...reach(shown)}, y: {display: false, grace: "10%"}},
      plugins: {legend: {display: false}, tooltip: {enabled: false}},
    },
  }));
  return {
    show(values) {
      shown = values;
      kept.chart.data.datasets = data();
      Object.assign(kept.chart.options.scales.x, reach(shown));
      kept.chart.update("none");
    },
    end() {
      kept.chart.destroy();
      drawn.delete(kept);
    },
  };
}

/** Where an axis has its numbers: at each twentieth, where there are some. */
function marks(low, high) {
  const values = [];
  for (let i = Math.ceil(low * 20 - 1e-6); i <= high * 20 + 1e-6; i++) {
    values.push({value: i / 20});
  }
  return values.length > 1 ? values : [{value: low}];
}

/** Cells of a heat map under everything else of the chart. */
function cells(map) {
  return {
    id: "cells",
    beforeDatasetsDraw(chart) {
      const {ctx, scales: {x, y}} = chart;
      map.sigmas.forEach((sigma, i) => map.splits.forEach((split, j) => {
        const left = Math.floor(x.getPixelForValue(sigma - map.pace / 2));
        const right = Math.ceil(x.getPixelForValue(sigma + map.pace / 2));
        const top = Math.floor(y.getPixelForValue(split + 0.5));
        const bottom = Math.ceil(y.getPixelForValue(split - 0.5));
        ctx.fillStyle = colour((map.lnPpl[i][j] - map.low) / (map.high - map.low || 1));
        ctx.fillRect(left, top, right - left, bottom - top);
      }));
    },
  };
}

/**
 * ln PPL over sigma (to the right) and split (upwards). A map has sigmas, pace (between them),
 * splits, lnPpl[column][row], low and high, beyond which the colour is the same, and best[column] as
 * a split.
 */
export function heatMap(canvas) {
  let shown = null;
  let kept = null;
  const data = () => {
    const best = shown.map.best.map((split, i) => ({x: shown.map.sigmas[i], y: split}));
    const plain = {showLine: true, pointRadius: 0, pointHitRadius: 0};
    return [
      {
        label: "here", data: [shown.visited.at(-1)], pointRadius: 8, pointHoverRadius: 8,
        pointBorderWidth: 3, borderColor: "#ffffff", backgroundColor: "#d6246e", order: 0,
      },
      {
        label: "visited", data: shown.visited.slice(0, -1), pointRadius: 3.5, pointHoverRadius: 3.5,
        pointBorderWidth: 1.5, borderColor: "#000000", backgroundColor: "#ffffff", order: 1,
      },
      {label: "best split", data: best, borderColor: "#ffffff", borderWidth: 2.5, borderDash: [6, 4], order: 2, ...plain},
      {label: "under", data: best, borderColor: "rgba(0, 0, 0, 0.7)", borderWidth: 5, order: 3, ...plain},
    ];
  };
  const make = () => {
    const {map} = shown;
    return {
      type: "scatter",
      data: {datasets: data()},
      plugins: [cells(map)],
      options: {
        scales: {
          x: axis("noise intensity σ", {
            min: map.sigmas[0] - map.pace / 2, max: map.sigmas.at(-1) + map.pace / 2, grid: {display: false},
            ticks: {maxTicksLimit: 8, callback: value => value.toFixed(2)},
            afterBuildTicks: scale => {
              scale.ticks = marks(map.sigmas[0], map.sigmas.at(-1));
            },
          }),
          y: axis("split p", {
            min: map.splits[0] - 0.5, max: map.splits.at(-1) + 0.5, grid: {display: false},
            afterBuildTicks: scale => {
              const pace = map.splits.length > 15 ? 5 : 1;
              scale.ticks = map.splits.filter(split => split % pace === 0 || split === map.splits[0]).map(value => ({value}));
            },
          }),
        },
        plugins: {
          legend: {display: false},
          tooltip: {
            filter: item => item.datasetIndex < 2,
            displayColors: false,
            callbacks: {label: ({raw}) => `σ ${raw.x.toFixed(3)}, split ${raw.y}`},
          },
        },
      },
    };
  };
  return (map, visited) => {
    const same = shown !== null && shown.map === map;
    shown = {map, visited};
    if (kept === null) {
      kept = keep(canvas, make);
    } else if (same) {
      kept.chart.data.datasets = data();
      kept.chart.update("none");
    } else {
      kept.remake();
    }
  };
}
