package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.splitgym.registry.CountingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The page at / in a real browser; skipped where there is none. */
class PageTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private ChromeDriver browser;

  @BeforeEach
  void open() {
    Optional<Path> chromium = first("/usr/bin/chromium", "/usr/bin/google-chrome");
    Optional<Path> driver = first("/usr/bin/chromedriver", "/usr/lib/chromium/chromedriver");
    assumeTrue(
        chromium.isPresent() && driver.isPresent(),
        "no Chromium with its driver here (on Debian: chromium, chromium-driver)");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options =
        new ChromeOptions()
            .addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--window-size=1100,1400");
    options.setBinary(chromium.orElseThrow().toFile());
    options.setCapability("goog:loggingPrefs", logs);
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(driver.orElseThrow().toFile())
                .build(),
            options);
  }

  @AfterEach
  void close() {
    if (browser != null) {
      browser.quit();
    }
  }

  @Test
  void anEpisodeIsPlayedWithTheKeyboardBesideTheMapAndListedLive() throws IOException {
    try (GymServer server = TestServers.start()) {
      browser.get(server.address() + "/");
      await(() -> text("server").contains("protocol"));
      browser.findElement(By.id("seed")).sendKeys(Keys.ENTER);
      await(() -> count("#map rect") > 31 * 29);
      assertThat(text("map-text")).contains("best reward");
      int before = (int) split();
      // two layers deeper, or earlier where there is no room
      String move = before <= 27 ? "4" : "3";
      press(move);
      await(() -> text("told").contains("reward"));
      assertThat(split()).isEqualTo(before <= 27 ? before + 2 : before - 2);
      assertThat(browser.switchTo().activeElement().getDomAttribute("data-action")).isEqualTo(move);
      await(() -> text("live").contains("(yours)") && text("live").contains("running"));

      for (int step = 2; step <= 10; step++) {
        int wanted = step;
        press("0");
        await(() -> text("state").contains("Steps left\n" + (10 - wanted)));
      }
      await(() -> text("told").contains("over"));
      shoot();
      assertThat(complaints()).isEmpty();
    }
  }

  @Test
  void linesToCopyHoldTheServersAddress() {
    try (GymServer server = TestServers.start()) {
      browser.get(server.address() + "/");
      for (String language : List.of("curl", "python", "java")) {
        await(() -> text(language).contains(server.address().toString()));
      }
      assertThat(complaints()).isEmpty();
    }
  }

  @Test
  void theTokenIsAskedForAndUsed() {
    try (GymServer server =
        TestServers.start(
            TestServers.settings(TestServers.limits(4, 4), "a-secret"), new CountingSpec())) {
      browser.get(server.address() + "/");
      await(() -> browser.findElement(By.id("token")).isDisplayed());
      assertThat(text("curl")).contains("Authorization: Bearer");
      browser.findElement(By.id("token")).sendKeys("a-secret", Keys.ENTER);
      await(() -> text("server").contains("protocol"));
      assertThat(browser.findElement(By.id("token")).isDisplayed()).isFalse();
      await(() -> text("live-count").contains("None"));
    }
  }

  private void press(String action) {
    WebElement button = browser.findElement(By.cssSelector("[data-action='" + action + "']"));
    await(() -> "false".equals(button.getDomAttribute("aria-disabled")));
    button.sendKeys(Keys.SPACE);
  }

  private double split() {
    return Double.parseDouble(browser.findElement(By.cssSelector("#state dd")).getText());
  }

  private int count(String selector) {
    return browser.findElements(By.cssSelector(selector)).size();
  }

  private String text(String id) {
    return browser.findElement(By.id(id)).getText();
  }

  /** What the browser refused or failed at, the policy's refusals among it. */
  private List<String> complaints() {
    return browser.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /** For whoever wants to see what the test saw. */
  private void shoot() throws IOException {
    browser.manage().window().setSize(new Dimension(1100, 1400));
    Path folder = Files.createDirectories(Path.of("target"));
    Files.write(folder.resolve("page.png"), browser.getScreenshotAs(OutputType.BYTES));
  }

  private static void await(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }

  private static Optional<Path> first(String... paths) {
    return List.of(paths).stream().map(Path::of).filter(Files::isExecutable).findFirst();
  }
}
