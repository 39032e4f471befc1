/** How to connect, as lines to copy with the address that the page came from. */
const by = id => document.getElementById(id);

export function showConnections(spec, guarded) {
  const url = location.origin;
  const bearer = "Authorization: Bearer $SPLITGYM_TOKEN";
  const header = guarded ? ' -H "$AUTH"' : "";
  by("curl").textContent =
      `URL=${url}\n`
      + "JSON='Content-Type: application/json'\n"
      + (guarded ? `AUTH="${bearer}"\n` : "")
      + `ID=$(curl -s${header} -H "$JSON" $URL/v1/envs \\\n`
      + `  -d '{"spec": "${spec}"}' |\n`
      + `  sed 's/.*"id":"\\([^"]*\\)".*/\\1/')\n`
      + `curl -s${header} -X POST $URL/v1/envs/$ID/reset\n`
      + `curl -s${header} -H "$JSON" $URL/v1/envs/$ID/step \\\n`
      + `  -d '{"action": 2}'`;
  by("python").textContent =
      "# pip install ./examples/python\n"
      + (guarded ? "# the token is taken from SPLITGYM_TOKEN\n" : "")
      + "import gymnasium, splitgym\n\n"
      + "env = gymnasium.make(\n"
      + `    "splitgym/${spec}",\n`
      + `    url="${url}")\n`
      + "observation, info = env.reset(seed=42)\n"
      + "(observation, reward, terminated,\n"
      + " truncated, info) = env.step(2)";
  by("java").textContent =
      "// then POST to .../ID/reset and .../ID/step\n"
      + "var request = HttpRequest.newBuilder(URI.create(\n"
      + `        "${url}/v1/envs"))\n`
      + (guarded ? '    .header("Authorization", "Bearer "\n        + System.getenv("SPLITGYM_TOKEN"))\n' : "")
      + '    .header("Content-Type",\n        "application/json")\n'
      + "    .POST(BodyPublishers.ofString(\n"
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
