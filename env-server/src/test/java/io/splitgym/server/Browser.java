package io.splitgym.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Headless Chromium, and what a test asks of it. */
final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Everything that the page asked for, and everything that it wasn't allowed. */
  private static final String REQUESTED =
      "return performance.getEntriesByType('resource').map(entry => entry.name)";

  private static final String AXE =
      "const done = arguments[arguments.length - 1];"
          + "axe.run().then(found => done(found.violations"
          + ".filter(one => one.impact === 'serious' || one.impact === 'critical')"
          + ".map(one => one.id + ': ' + one.nodes.map(node => node.html).join(' | '))))"
          + ".catch(failure => done([String(failure)]))";

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** One of that size; the test is skipped where there is no Chromium. */
  static Browser open(int width, int height) {
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
                "--hide-scrollbars");
    options.setBinary(chromium.orElseThrow().toFile());
    options.setCapability("goog:loggingPrefs", logs);
    Browser browser =
        new Browser(
            new ChromeDriver(
                new ChromeDriverService.Builder()
                    .usingDriverExecutable(driver.orElseThrow().toFile())
                    .build(),
                options));
    browser.resize(width, height, 1);
    return browser;
  }

  /** Shows pages as on a screen of so many CSS pixels. */
  void resize(int width, int height, int pixelRatio) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of(
            "width", width,
            "height", height,
            "deviceScaleFactor", pixelRatio,
            "mobile", false));
  }

  /** Shows pages as to one who prefers {@code light} or {@code dark}. */
  void prefer(String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  void go(String address) {
    driver.get(address);
  }

  WebElement find(String id) {
    return driver.findElement(By.id(id));
  }

  WebElement select(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  List<WebElement> selectAll(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  String text(String id) {
    return find(id).getText();
  }

  WebElement focused() {
    return driver.switchTo().activeElement();
  }

  /** What a script returns. */
  Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** What the browser refused or failed at, the policy's refusals among it. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /** The addresses of everything that the page asked for. */
  List<String> requested() {
    List<String> addresses = new ArrayList<>();
    ((List<?>) run(REQUESTED)).forEach(address -> addresses.add((String) address));
    return addresses;
  }

  /**
   * What a screen reader, or one who doesn't see well, would stumble over, as axe-core finds it.
   */
  List<String> obstacles() {
    try (InputStream in = Browser.class.getResourceAsStream("/axe.min.js")) {
      if (in == null) {
        throw new IllegalStateException("axe-core is not on the class path");
      }
      driver.executeScript(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    driver.manage().timeouts().scriptTimeout(PATIENCE);
    List<String> found = new ArrayList<>();
    ((List<?>) driver.executeAsyncScript(AXE)).forEach(one -> found.add((String) one));
    return found;
  }

  /** Keeps what it shows as a PNG file. */
  void shoot(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
  }

  /** Waits until that is so, for a minute at most. */
  static void await(BooleanSupplier condition) {
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

  @Override
  public void close() {
    driver.quit();
  }

  private static Optional<Path> first(String... paths) {
    return List.of(paths).stream().map(Path::of).filter(Files::isExecutable).findFirst();
  }
}
