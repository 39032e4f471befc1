package io.splitgym.server;

import static io.splitgym.server.Browser.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.registry.CountingSpec;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page at / in a real browser; skipped where there is none. */
class PageTest {
  private static final String SPEC = "{\"spec\": \"SplitInference-v0\"}";

  /** How many pixels of a canvas have a colour of their own. */
  private static final String COLOURS =
      "const canvas = document.getElementById(arguments[0]);"
          + "const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);"
          + "return new Set(new Uint32Array(data.buffer)).size";

  private Browser browser;

  @BeforeEach
  void open() {
    browser = Browser.open(1280, 1400);
  }

  @AfterEach
  void close() {
    if (browser != null) {
      browser.close();
    }
  }

  @Test
  void anEpisodeIsPlayedByButtonAndByKeyBesideTheMap() {
    try (GymServer server = TestServers.start()) {
      visit(server);
      begin();
      await(() -> browser.text("map-text").contains("the best one, by"));
      assertThat((Long) browser.run(COLOURS, "map")).isGreaterThan(100);
      assertThat(browser.text("map-low")).isNotEqualTo(browser.text("map-high"));

      int split = split();
      String deeper = split <= 27 ? "4" : "3";
      browser.select("[data-action='" + deeper + "']").click();
      await(() -> browser.text("told").startsWith("Step 1"));
      int next = split <= 27 ? split + 2 : split - 2;
      assertThat(split()).isEqualTo(next);

      // the buttons are one stop on the way of the Tab key, and arrows go from one to the next
      assertThat(browser.selectAll("#moves [tabindex='0']")).hasSize(1);
      WebElement focused = browser.focused();
      assertThat(focused.getDomAttribute("data-action")).isEqualTo(deeper);
      focused.sendKeys(Keys.HOME);
      focused = browser.focused();
      assertThat(focused.getAccessibleName()).isEqualTo("2 layers earlier");
      focused.sendKeys(Keys.ARROW_RIGHT);
      assertThat(browser.focused().getAccessibleName()).isEqualTo("1 layer earlier");
      browser.focused().sendKeys(Keys.ENTER);
      await(() -> browser.text("told").startsWith("Step 2"));
      assertThat(split()).isEqualTo(next - 1);
      browser.focused().sendKeys(Keys.ARROW_UP);
      await(() -> browser.text("told").startsWith("Step 3"));
      assertThat(split()).isEqualTo(next);
      assertThat(browser.find("split-figure").getAccessibleName())
          .startsWith("The first " + next + " of 30 layers");

      for (int step = 4; step <= 10; step++) {
        browser.focused().sendKeys("s");
        String told = "Step " + step + ":";
        await(() -> browser.text("told").startsWith(told));
      }
      assertThat(browser.text("told")).contains("The episode is over");
      assertThat(browser.find("episode").getAccessibleName()).contains("10 steps");
      assertThat((Long) browser.run(COLOURS, "episode")).isGreaterThan(3);
      browser.select("[data-action='0']").click();
      await(() -> browser.text("told").startsWith("The episode is over. Start"));
      requireQuiet(server);
    }
  }

  @Test
  void leavingThePageEndsTheEnvironmentThatWasPlayed() {
    try (GymServer server = TestServers.start()) {
      visit(server);
      begin();
      TestClient client = new TestClient(server);
      assertThat(client.get("/v1/live").json().get("all").asInt()).isEqualTo(1);
      browser.go("about:blank");
      await(() -> client.get("/v1/live").json().get("all").asInt() == 0);
    }
  }

  @Test
  void anySplitCanBeTheAction() {
    try (GymServer server = TestServers.start()) {
      visit(server);
      browser.select("#actions [value='splits']").click();
      begin();
      assertThat(browser.selectAll("#moves button")).hasSize(29);
      WebElement twelve = browser.select("[data-action='11']");
      assertThat(twelve.getAccessibleName()).isEqualTo("Split 12");
      twelve.click();
      await(() -> browser.text("told").startsWith("Step 1: split 12"));
      twelve.sendKeys(Keys.ARROW_DOWN);
      await(() -> browser.text("told").startsWith("Step 2: split 11"));
      requireQuiet(server);
    }
  }

  @Test
  void whatOthersDoIsListedAsItHappensWithoutAReload() {
    try (GymServer server = TestServers.start()) {
      visit(server);
      TestClient client = new TestClient(server);
      browser.run("window.notReloaded = true");
      assertThat(browser.text("live-count")).isEqualTo("None is running.");
      String one = client.create(SPEC);
      String id = one.substring("/v1/envs/".length(), "/v1/envs/".length() + 8);
      await(() -> browser.text("live").contains(id) && browser.text("live").contains("created"));
      client.post(one + "/reset", "{\"seed\": 1}");
      await(() -> browser.text("live").contains("running"));
      for (int step = 1; step <= 3; step++) {
        client.post(one + "/step", "{\"action\": 2}");
        // each is told before the next one is taken, so none of them is missed
        String told = step + " rewards, the latest";
        await(
            () ->
                String.valueOf(browser.select("#live canvas").getAccessibleName())
                    .startsWith(told));
      }
      assertThat(browser.text("watched-title")).contains(id);
      assertThat(browser.find("watched-chart").getAccessibleName()).contains("return −");

      String vector =
          client
              .post("/v1/vector-envs", "{\"spec\": \"SplitInference-v0\", \"numEnvs\": 2}")
              .json()
              .get("id")
              .asText();
      await(() -> browser.text("live").contains(vector.substring(0, 8)));
      assertThat(browser.text("live")).contains("×2");
      browser.select("#live [title='" + vector + "']").click();
      assertThat(browser.text("watched-title")).contains(vector.substring(0, 8));

      client.delete(one);
      await(() -> !browser.text("live").contains(id));
      client.delete("/v1/vector-envs/" + vector);
      await(() -> browser.text("live-count").equals("None is running."));
      assertThat(browser.run("return window.notReloaded")).isEqualTo(true);
      requireQuiet(server);
    }
  }

  @Test
  void theListGoesOnWhenTheServerIsBack() throws IOException {
    int port = FreePort.find();
    GymServer first = TestServers.start(ServerSettings.onLoopback(port), new CountingSpec());
    visit(first);
    first.close();
    await(() -> browser.text("server-text").contains("Trying again"));
    try (GymServer second =
        TestServers.start(ServerSettings.onLoopback(port), new CountingSpec())) {
      await(() -> browser.text("server-text").startsWith("Live"));
      new TestClient(second).create(SPEC);
      await(() -> browser.text("live-count").equals("1 live"));
    }
  }

  @Test
  void linesToCopyHoldTheServersAddress() {
    try (GymServer server = TestServers.start()) {
      visit(server);
      for (String language : List.of("curl", "python", "java")) {
        assertThat(browser.text(language)).contains(server.address().toString());
        browser.run("document.getElementById('copied').textContent = ''");
        browser.select("[data-copies='" + language + "']").click();
        await(() -> !browser.text("copied").isEmpty());
      }
      requireQuiet(server);
    }
  }

  @Test
  void theTokenIsAskedForKeptForTheTabAloneAndAWrongOneIsCalledSo() {
    ServerSettings settings = TestServers.settings(TestServers.limits(4, 4), "a-secret");
    try (GymServer server = TestServers.start(settings, new CountingSpec())) {
      browser.go(server.address() + "/");
      await(() -> browser.find("token").isDisplayed());
      assertThat(browser.text("token-told")).isEmpty();
      assertThat(browser.text("curl")).contains("Authorization: Bearer");
      browser.find("token").sendKeys("another", Keys.ENTER);
      await(() -> browser.text("token-told").equals("The server doesn't take that token."));
      browser.find("token").sendKeys("a-secret", Keys.ENTER);
      await(() -> browser.text("server-text").startsWith("Live"));
      assertThat(browser.find("token").isDisplayed()).isFalse();
      new TestClient(server).send("POST", "/v1/envs", SPEC, "Authorization", "Bearer a-secret");
      await(() -> browser.text("live-count").equals("1 live"));
      begin();
      assertThat(browser.run("return localStorage.length + document.cookie.length")).isEqualTo(0L);
      assertThat(browser.run("return sessionStorage.length")).isEqualTo(1L);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void nothingStandsInTheWayOfAScreenReader(String scheme) {
    browser.prefer(scheme);
    try (GymServer server = TestServers.start()) {
      visit(server);
      begin();
      browser.select("[data-action='1']").click();
      await(() -> browser.text("told").startsWith("Step 1"));
      await(() -> browser.text("live-count").equals("1 live"));
      assertThat(browser.run("return getComputedStyle(document.body).backgroundColor"))
          .isEqualTo(scheme.equals("dark") ? "rgb(12, 16, 21)" : "rgb(244, 246, 249)");
      assertThat(browser.obstacles()).isEmpty();
      requireQuiet(server);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {320, 768, 1280, 3840})
  void nothingIsCutOffOnScreensSmallAndLarge(int width) {
    browser.resize(width, 900, 1);
    try (GymServer server = TestServers.start()) {
      visit(server);
      begin();
      await(() -> browser.text("live-count").equals("1 live"));
      assertThat((Long) browser.run("return document.documentElement.scrollWidth"))
          .isLessThanOrEqualTo(width);
      requireQuiet(server);
    }
  }

  private void visit(GymServer server) {
    browser.go(server.address() + "/");
    await(() -> browser.text("server-text").startsWith("Live"));
  }

  private void begin() {
    browser.find("seed").sendKeys(Keys.ENTER);
    await(() -> browser.text("told").startsWith("An episode has begun"));
    await(() -> "false".equals(browser.select("#moves button").getDomAttribute("aria-disabled")));
  }

  private int split() {
    String first = browser.text("on-device");
    return Integer.parseInt(first.substring(0, first.indexOf(' ')));
  }

  /** No error, nothing that the policy refused, and nothing asked of anybody else. */
  private void requireQuiet(GymServer server) {
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.requested())
        .isNotEmpty()
        .allMatch(address -> address.startsWith(server.address() + "/"));
  }
}
