package io.splitgym.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The archive as people get it: unpacked somewhere, run on this Java and nothing else. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the archive's launcher is for POSIX systems")
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DistributionIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ARCHIVE = "lib/splitgym.jsa";

  @TempDir private static Path folder;
  private static Path home = Path.of("");

  @BeforeAll
  static void unpack() throws Exception {
    // a space and a letter beyond ASCII, as home folders have them
    Path place = Files.createDirectories(folder.resolve("un pàcked"));
    Process tar =
        new ProcessBuilder(
                "tar", "-xzf", System.getProperty("distribution"), "-C", place.toString())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    try (Stream<Path> found = Files.list(place)) {
      home = found.findFirst().orElseThrow();
    }
  }

  @Test
  void holdsWhatItPromises() {
    assertThat(Stream.of("README.md", "LICENSE", "NOTICE", "openapi.yaml", "bin/splitgym"))
        .allSatisfy(name -> assertThat(home.resolve(name)).isNotEmptyFile());
    assertThat(home.resolve("bin/splitgym")).isExecutable();
    assertThat(home.getFileName().toString()).startsWith("splitgym-");
  }

  @Test
  void namesTheLicencesOfEveryLibraryAndHoldsTheTextOfOneOfThem() throws IOException {
    List<String> lines = Files.readAllLines(home.resolve("licences/THIRD-PARTY.txt"));
    List<String> files = new ArrayList<>();
    for (int i = 0; i + 3 < lines.size(); i++) {
      if (lines.get(i).matches("\\S+:\\S+:\\S+")) {
        String[] coordinates = lines.get(i).split(":");
        files.add(coordinates[1] + "-" + coordinates[2]);
        assertThat(lines.get(i + 3).strip().split("; "))
            .as(lines.get(i))
            .anyMatch(licence -> Files.exists(home.resolve("licences/" + licence + ".txt")));
      }
    }
    try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
      assertThat(jars.map(jar -> jar.getFileName().toString()))
          .filteredOn(name -> name.endsWith(".jar"))
          .filteredOn(name -> !name.startsWith("agents-") && !name.equals("splitgym-launcher.jar"))
          .hasSizeGreaterThan(50)
          // natives are listed with the library whose name they carry
          .allSatisfy(name -> assertThat(files).anyMatch(file -> name.startsWith(file)));
    }
  }

  @Test
  void everyEntryOfTheClassPathIsThereAndNothingElse() throws IOException {
    try (var launcher =
            new java.util.jar.JarFile(home.resolve("lib/splitgym-launcher.jar").toFile());
        Stream<Path> lib = Files.list(home.resolve("lib"))) {
      String named = launcher.getManifest().getMainAttributes().getValue("Class-Path");
      assertThat(
              lib.map(file -> file.getFileName().toString())
                  .filter(name -> name.endsWith(".jar") && !name.equals("splitgym-launcher.jar")))
          .containsExactlyInAnyOrder(named.split(" "));
    }
  }

  @Test
  void answersAStepFromAnywhereWithAJavaAndNothingElse() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("splitgym"), home.resolve("bin/splitgym"));
    assertThat(step(link)).isEqualTo(step(home.resolve("bin/splitgym")));
  }

  @Test
  void prepareMakesAnArchiveThatLaterStartsUse() throws Exception {
    Process prepare = start(home.resolve("bin/splitgym"), Map.of(), "prepare", "--json");
    String document = new String(prepare.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(prepare.waitFor()).isZero();
    assertThat(JSON.readTree(document).path("bytes").asLong())
        .isEqualTo(Files.size(home.resolve(ARCHIVE)));
    try (Stream<Path> lib = Files.list(home.resolve("lib"))) {
      assertThat(lib.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".prepare"));
    }
    // with -Xshare:on the virtual machine ends where it can't use the archive
    Process version =
        start(
            home.resolve("bin/splitgym"),
            Map.of("SPLITGYM_JAVA_OPTIONS", "-Xshare:on"),
            "--version");
    assertThat(version.waitFor()).isZero();
    step(home.resolve("bin/splitgym"));

    Files.writeString(home.resolve(ARCHIVE + ".broken"), "no archive");
    Files.move(
        home.resolve(ARCHIVE + ".broken"),
        home.resolve(ARCHIVE),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    step(home.resolve("bin/splitgym"));
  }

  @Test
  void jarsInTheFolderOfPluginsAreOnTheClassPath() throws Exception {
    Path plugins = Files.createDirectories(folder.resolve("plug ins"));
    try (var jar =
        new java.util.jar.JarOutputStream(
            Files.newOutputStream(plugins.resolve("one that is broken.jar")))) {
      jar.putNextEntry(
          new java.util.jar.JarEntry("META-INF/services/io.splitgym.registry.EnvironmentSpec"));
      jar.write("example.Missing".getBytes(StandardCharsets.UTF_8));
      jar.closeEntry();
    }
    Process server =
        start(
            home.resolve("bin/splitgym"),
            Map.of("SPLITGYM_PLUGINS", plugins.toString()),
            "serve",
            "--port=0",
            "--ephemeral");
    assertThat(server.waitFor()).isEqualTo(2);
    assertThat(new String(server.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("example.Missing not found");

    Process nowhere =
        start(
            home.resolve("bin/splitgym"),
            Map.of("SPLITGYM_PLUGINS", folder.resolve("nowhere").toString()),
            "--version");
    assertThat(nowhere.waitFor()).isEqualTo(2);
    assertThat(new String(nowhere.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("nowhere, must be a folder of jars");
  }

  /** By its own pom.xml, against the libraries of the archive, with the plugins that built it. */
  @Test
  void theExampleProjectIsBuiltByMavenAndFound() throws Exception {
    Path project = folder.resolve("example");
    Path original = Path.of("..", "examples", "java").toAbsolutePath().normalize();
    try (Stream<Path> files = Files.walk(original)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = project.resolve(original.relativize(file).toString());
        if (!original.relativize(file).startsWith("target")) {
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
    Process maven =
        new ProcessBuilder(
                "mvn", "-q", "-B", "-o", "-Dsplitgym.lib=" + home.resolve("lib"), "package")
            .directory(project.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(maven.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(maven.waitFor()).as(said).isZero();
    assertThat(project.resolve("target/example.jar")).isNotEmptyFile();

    Process training =
        start(
            home.resolve("bin/splitgym"),
            Map.of("SPLITGYM_PLUGINS", project.resolve("target").toString()),
            "train",
            "--agent=random-search",
            "--reward=latency",
            "--steps=2000",
            "--episodes=5",
            "--json");
    assertThat(JSON.readTree(training.getInputStream()).path("agent").asText())
        .isEqualTo("random-search");
    assertThat(training.waitFor()).isZero();
  }

  @Test
  void withoutJavaItSaysSo() throws Exception {
    Process process =
        start(home.resolve("bin/splitgym"), Map.of("JAVA_HOME", "/nowhere"), "--version");
    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("/nowhere/bin/java is not there; a Java runtime 17 or newer is needed");
  }

  /** The first step's answer, from a server of its own. */
  private static JsonNode step(Path program) throws Exception {
    Path data = Files.createTempDirectory(folder, "data");
    Process server =
        start(program, Map.of(), "serve", "--port", "0", "--json", "--data", data.toString());
    try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
      StringBuilder document = new StringBuilder();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        document.append(line);
        if (line.equals("}")) {
          break;
        }
      }
      String url = JSON.readTree(document.toString()).path("url").asText() + "/v1/envs";
      String id = post(url, "{\"spec\": \"SplitInference-v0\"}").path("id").asText();
      post(url + "/" + id + "/reset", "{\"seed\": 42}");
      JsonNode answer = post(url + "/" + id + "/step", "{\"action\": 2}");
      assertThat(answer.path("observation")).hasSize(3);
      server.toHandle().destroy();
      assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return answer;
    } finally {
      server.destroyForcibly();
    }
  }

  private static JsonNode post(String url, String body) throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(url))
                    .timeout(Duration.ofSeconds(60))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
    return JSON.readTree(answer.body());
  }

  private static Process start(Path program, Map<String, String> variables, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    for (String name : new TreeSet<>(builder.environment().keySet())) {
      if (name.startsWith("SPLITGYM_") || name.startsWith("XDG_") || name.equals("CLASSPATH")) {
        builder.environment().remove(name);
      }
    }
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("HOME", folder.toString());
    // what a bare system has
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().putAll(variables);
    return builder.start();
  }
}
