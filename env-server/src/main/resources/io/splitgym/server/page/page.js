import {ask, forgetToken, hasToken, useToken, watch} from "./server.js";
import {connectButtons, showConnections} from "./connect.js";
import {startPlaying} from "./play.js";
import {showEvent} from "./live.js";

const SPEC = "SplitInference-v0";

const by = id => document.getElementById(id);

function tell(state, text) {
  by("server").dataset.state = state;
  by("server-text").textContent = text;
}

/** A token is needed; or the one that was given isn't it. */
function onFailure(failure) {
  if (failure.status !== 401) {
    return false;
  }
  by("token-told").textContent = hasToken() ? "The server doesn't take that token." : "";
  forgetToken();
  by("token-form").hidden = false;
  tell("waiting", "A token is needed");
  showConnections(SPEC, true);
  by("token").focus();
  return true;
}

function showBackends(specs) {
  const {backends} = specs.find(({id}) => id === SPEC) ?? {backends: []};
  by("backend").replaceChildren(...backends.map(name => new Option(name, name)));
}

async function start() {
  try {
    const {version, protocol, specs} = await ask("GET", "/v1/handshake");
    const live = `Live · version ${version} · protocol ${protocol}`;
    by("token-form").hidden = true;
    showConnections(SPEC, hasToken());
    showBackends(specs);
    await watch("/v1/live", showEvent,
        (connected, why) => tell(connected ? "live" : "waiting", connected ? live : `${why} Trying again …`));
  } catch (failure) {
    if (!onFailure(failure)) {
      tell("waiting", failure.message);
    }
  }
}

by("token-form").addEventListener("submit", event => {
  event.preventDefault();
  useToken(by("token").value);
  by("token").value = "";
  start();
});
connectButtons();
startPlaying(SPEC, onFailure);
showConnections(SPEC, false);
start();
