/** How to connect, as lines to copy with the address that the page came from. */
const by = id => document.getElementById(id);

export function showConnections(spec, guarded) {
  const url = location.origin;
  const header = guarded ? ' -H "Authorization: Bearer $SPLITGYM_TOKEN"' : "";
  const json = " -H 'Content-Type: application/json'";
  by("curl").textContent =
      `URL=${url}\n`
      + `ID=$(curl -s${header}${json} \\\n`
      + `  -d '{"spec": "${spec}"}' $URL/v1/envs |\n`
      + `  sed 's/.*"id":"\\([^"]*\\)".*/\\1/')\n`
      + `curl -s${header} -X POST $URL/v1/envs/$ID/reset\n`
      + `curl -s${header}${json} \\\n`
      + `  -d '{"action": 2}' $URL/v1/envs/$ID/step`;
  by("python").textContent =
      (guarded ? "# the token is read from SPLITGYM_TOKEN\n" : "")
      + "# pip install ./examples/python\n"
      + "import gymnasium, splitgym\n\n"
      + `env = gymnasium.make("splitgym/${spec}",\n`
      + `                     url="${url}")\n`
      + "observation, info = env.reset(seed=42)\n"
      + "(observation, reward, terminated,\n"
      + " truncated, info) = env.step(2)";
  const bearer = guarded
      ? '\n    .header("Authorization",\n        "Bearer " + System.getenv("SPLITGYM_TOKEN"))' : "";
  by("java").textContent =
      "// its id leads to .../ID/reset and .../ID/step\n"
      + "var request = HttpRequest.newBuilder(\n"
      + `        URI.create("${url}/v1/envs"))${bearer}\n`
      + '    .header("Content-Type", "application/json")\n'
      + "    .POST(HttpRequest.BodyPublishers.ofString(\n"
      + `        "{\\"spec\\": \\"${spec}\\"}"))\n`
      + "    .build();\n"
      + "var made = HttpClient.newHttpClient()\n"
      + "    .send(request, BodyHandlers.ofString());";
}

async function copy(event) {
  const id = event.currentTarget.dataset.copies;
  try {
    await navigator.clipboard.writeText(by(id).textContent);
    by("copied").textContent = `The ${id} lines are copied.`;
  } catch {
    getSelection().selectAllChildren(by(id));
    by("copied").textContent = "The browser allows no copying here; the lines are selected.";
  }
}

export function connectButtons() {
  for (const button of document.querySelectorAll("[data-copies]")) {
    button.addEventListener("click", copy);
  }
}
