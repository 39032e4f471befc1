package io.splitgym.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.Keys;

/**
 * Makes the README's picture of the page, of a server that runs: environments step in it while an
 * episode is played by hand. With {@code ./splitgym serve} on port 8642, from the root:
 *
 * <pre>
 * mvn -pl env-server -Dtest=PagePicture -Dpage.address=http://127.0.0.1:8642 \
 *     -Dpage.picture=$PWD/docs/figures/page.png test
 * </pre>
 *
 * {@code -Dpage.scheme=dark} makes it dark; {@code -Dpage.width} and {@code -Dpage.height} are of
 * the window, in CSS pixels, {@code -Dpage.ratio} times as many in the picture.
 */
@EnabledIfSystemProperty(named = "page.address", matches = "http.*")
class PagePicture {
  private static final String JSON = "application/json";
  private static final int[] PLAYED = {4, 4, 4, 4, 1, 0, 0};

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI address = URI.create(System.getProperty("page.address", ""));

  @Test
  void isTaken() throws IOException, InterruptedException {
    List<String> others = new ArrayList<>();
    for (String preset : List.of("default", "H", "L", "A", "default")) {
      String made =
          post("/v1/envs", "{\"spec\": \"SplitInference-v0\", \"preset\": \"" + preset + "\"}");
      others.add("/v1/envs/" + made.replaceAll(".*\"id\":\"([^\"]*)\".*", "$1"));
    }
    String vector = post("/v1/vector-envs", "{\"spec\": \"SplitInference-v0\", \"numEnvs\": 4}");
    String ofVector = "/v1/vector-envs/" + vector.replaceAll(".*\"id\":\"([^\"]*)\".*", "$1");
    post(ofVector + "/reset", "{\"seed\": 1}");
    int width = Integer.getInteger("page.width", 1280);
    int height = Integer.getInteger("page.height", 1720);
    try (Browser browser = Browser.open(width, height)) {
      browser.resize(width, height, Integer.getInteger("page.ratio", 2));
      browser.prefer(System.getProperty("page.scheme", "light"));
      browser.go(address + "/");
      Browser.await(() -> browser.text("server-text").startsWith("Live"));
      browser.find("seed").clear();
      browser.find("seed").sendKeys("7", Keys.ENTER);
      Browser.await(() -> browser.text("map-text").contains("best"));
      for (int step = 0; step < 24; step++) {
        for (int i = 0; i < others.size(); i++) {
          if (step == 0 || (step + 3 * i) % 11 == 0) {
            post(others.get(i) + "/reset", "{\"seed\": " + (7 * i + step) + "}");
          } else {
            post(others.get(i) + "/step", "{\"action\": " + (step * (i + 3) * 7 % 5) + "}");
          }
        }
        post(ofVector + "/step", "{\"actions\": [2, 4, " + step % 5 + ", 4]}");
        // as slow as somebody would watch
        Thread.sleep(300);
        if (step < PLAYED.length) {
          browser.select("[data-action='" + PLAYED[step] + "']").sendKeys(Keys.ENTER);
          int played = step + 1;
          Browser.await(() -> browser.text("told").startsWith("Step " + played));
        }
      }
      browser.selectAll("#live button").get(2).click();
      Thread.sleep(500);
      browser.run("document.activeElement.blur(); scrollTo(0, 0)");
      browser.shoot(Path.of(System.getProperty("page.picture", "target/page.png")));
      // the page takes what it played along
      browser.go("about:blank");
    } finally {
      others.add(ofVector);
      for (String path : others) {
        http.send(
            HttpRequest.newBuilder(address.resolve(path)).DELETE().build(),
            HttpResponse.BodyHandlers.discarding());
      }
    }
  }

  private String post(String path, String body) throws IOException, InterruptedException {
    return http.send(
            HttpRequest.newBuilder(address.resolve(path))
                .header("Content-Type", JSON)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
