package io.splitgym.agents.study;

import io.splitgym.cli.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A page for people: one file that needs no other, in light and in dark. */
final class Report {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --text: #1c2126; --page: #fff; --rule: #d4d9de; --soft: #56616b }
      @media (prefers-color-scheme: dark) {
        :root { --text: #e4e8ec; --page: #14181c; --rule: #38414a; --soft: #9aa6b1 }
        img { filter: invert(0.92) hue-rotate(180deg) }
      }
      body { color: var(--text); background: var(--page); font: 16px/1.55 system-ui, sans-serif;
        max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
      h1, h2 { line-height: 1.2 }
      h2 { margin-top: 2.5rem }
      figure { margin: 1.5rem 0 }
      img { width: 100%; height: auto }
      figcaption { color: var(--soft) }
      .wide { overflow-x: auto }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums }
      th, td { text-align: left; padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid var(--rule) }
      """;

  private static final String FILE = "report.html";

  private final String title;
  private final StringBuilder body = new StringBuilder();

  Report(String title) {
    this.title = title;
    body.append("<h1>").append(escaped(title)).append("</h1>\n");
  }

  Report heading(String text) {
    body.append("<h2>").append(escaped(text)).append("</h2>\n");
    return this;
  }

  Report paragraph(String text) {
    body.append("<p>").append(escaped(text)).append("</p>\n");
    return this;
  }

  /**
   * A drawing and what it shows.
   *
   * @param svg put into the page itself
   */
  Report figure(Path svg, String caption) throws IOException {
    body.append("<figure><img alt=\"")
        .append(escaped(caption))
        .append("\" src=\"data:image/svg+xml;base64,")
        .append(Base64.getEncoder().encodeToString(Files.readAllBytes(svg)))
        .append("\"><figcaption>")
        .append(escaped(caption))
        .append("</figcaption></figure>\n");
    return this;
  }

  Report table(List<String> heading, List<List<String>> rows) {
    body.append("<div class=\"wide\"><table>\n<tr>");
    heading.forEach(cell -> body.append("<th>").append(escaped(cell)).append("</th>"));
    body.append("</tr>\n");
    for (List<String> row : rows) {
      body.append("<tr>");
      row.forEach(cell -> body.append("<td>").append(escaped(cell)).append("</td>"));
      body.append("</tr>\n");
    }
    body.append("</table></div>\n");
    return this;
  }

  /**
   * Ends a study: {@code study.json} and {@code report.html}, whose last paragraph says what is in
   * the folder.
   *
   * @param study its name
   * @param findings sentences
   * @param data what study.json holds beside those
   * @param files what the folder's other files hold
   */
  Study.Result end(
      Path folder, String study, List<String> findings, Map<String, Object> data, String files)
      throws IOException {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("study", study);
    document.put("findings", findings);
    document.putAll(data);
    WholeFile.write(folder.resolve("study.json"), Runs.JSON.writeValueAsString(document) + "\n");
    heading("Data").paragraph(files + " study.json has all settings.");
    write(folder.resolve(FILE));
    return new Study.Result(folder.resolve(FILE), findings, document);
  }

  private void write(Path file) throws IOException {
    WholeFile.write(
        file,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
            + escaped(title)
            + "</title>\n<style>\n"
            + STYLE
            + "</style>\n</head>\n<body>\n"
            + body
            + "</body>\n</html>\n");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
