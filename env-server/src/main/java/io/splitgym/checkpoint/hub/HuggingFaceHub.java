package io.splitgym.checkpoint.hub;

import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The Hugging Face hub, asked for one file by name and commit.
 *
 * @param base where the hub is, such as {@code https://huggingface.co}
 * @param connectTimeout how long to wait for a connection; short, so that a machine without a
 *     network goes on to the next source soon
 * @param readTimeout how long a download may stand still
 */
record HuggingFaceHub(URI base, Duration connectTimeout, Duration readTimeout)
    implements ModelSource {
  private static final URI DEFAULT_BASE = URI.create("https://huggingface.co");

  HuggingFaceHub {
    if (!("https".equals(base.getScheme()) || "http".equals(base.getScheme()))
        || base.getHost() == null) {
      throw new InvalidValueException("HF_ENDPOINT", base, "an https or http URL");
    }
  }

  /**
   * @param endpoint the value of HF_ENDPOINT, if it is set
   */
  static HuggingFaceHub at(Optional<String> endpoint) {
    URI base;
    try {
      base = endpoint.map(text -> URI.create(text.replaceAll("/+$", ""))).orElse(DEFAULT_BASE);
    } catch (IllegalArgumentException e) {
      throw new InvalidValueException("HF_ENDPOINT", endpoint.orElse(""), "an https or http URL");
    }
    return new HuggingFaceHub(base, Duration.ofSeconds(5), Duration.ofSeconds(30));
  }

  @Override
  public String place(CatalogueModel model) {
    return model.hub().map(file -> url(file).toString()).orElse("the hub " + base);
  }

  @Override
  public Offer offer(CatalogueModel model, Path work, PullListener listener) throws IOException {
    if (model.hub().isEmpty()) {
      return new Offer.Nothing("this model isn't known to be there");
    }
    URLConnection connection = url(model.hub().get()).toURL().openConnection();
    connection.setConnectTimeout(Math.toIntExact(connectTimeout.toMillis()));
    connection.setReadTimeout(Math.toIntExact(readTimeout.toMillis()));
    connection.setRequestProperty("User-Agent", "splitgym");
    connection.setRequestProperty("Accept-Encoding", "identity");
    if (connection instanceof HttpURLConnection http) {
      int status = http.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        http.disconnect();
        return new Offer.Nothing("answered with status " + status);
      }
    }
    long length = connection.getContentLengthLong();
    if (length >= 0 && length != model.bytes()) {
      connection.getInputStream().close();
      return new Offer.Nothing("has " + length + " bytes, must have " + model.bytes());
    }
    return new Offer.Content(connection.getInputStream());
  }

  private URI url(HubFile file) {
    return URI.create(
        base + "/" + file.repository() + "/resolve/" + file.revision() + "/" + file.path());
  }
}
