package io.splitgym.checkpoint.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.validation.InvalidValueException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceHubTest {
  private static final CatalogueModel MODEL = TinyModel.model();

  @TempDir private Path folder;

  private PullResult pull(ModelSource... sources) throws Exception {
    return TinyModel.store(folder, MODEL, sources).pull(MODEL, PullListener.silent());
  }

  @Test
  void theFileIsAskedForByRepositoryRevisionAndPath() throws Exception {
    try (TinyHub hub = TinyHub.giving(TinyModel.CONTENT)) {
      assertThat(pull(hub.source()).path()).hasBinaryContent(TinyModel.CONTENT);
      assertThat(hub.requests()).containsExactly("/someone/tiny/resolve/main/tiny.gguf");
    }
  }

  @Test
  void anotherFileThanExpectedIsRefusedAndTheNextSourceAsked() throws Exception {
    byte[] wrong = TinyModel.CONTENT.clone();
    wrong[0] ^= 1;
    try (TinyHub liar = TinyHub.giving(wrong);
        TinyHub honest = TinyHub.giving(TinyModel.CONTENT)) {
      PullResult result = pull(liar.source(), honest.source());
      assertThat(result.source()).startsWith(honest.base().toString());
      assertThat(result.path()).hasBinaryContent(TinyModel.CONTENT);
      assertThat(liar.requests()).hasSize(1);
    }
  }

  @Test
  void aFileOfAnotherLengthIsNotEvenRead() throws Exception {
    try (TinyHub hub = TinyHub.giving(Arrays.copyOf(TinyModel.CONTENT, 10))) {
      assertThatThrownBy(() -> pull(hub.source()))
          .hasMessageContaining("has 10 bytes, must have 3000000");
    }
  }

  @Test
  void aDownloadThatEndsEarlyLeavesNothing() throws Exception {
    try (TinyHub hub = TinyHub.truncating(TinyModel.CONTENT)) {
      assertThatThrownBy(() -> pull(hub.source()))
          .isInstanceOf(ModelUnavailableException.class)
          .hasMessageContaining("ends after 1500000 of 3000000 bytes");
    }
    assertThat(TinyModel.names(folder)).isEmpty();
  }

  @Test
  void aDownloadThatStandsStillIsGivenUp() throws Exception {
    try (TinyHub hub = TinyHub.stoppingHalfway(TinyModel.CONTENT)) {
      HuggingFaceHub impatient =
          new HuggingFaceHub(hub.base(), Duration.ofSeconds(5), Duration.ofMillis(300));
      assertThatThrownBy(() -> pull(impatient))
          .isInstanceOf(ModelUnavailableException.class)
          .hasMessageContaining("timed out");
    }
    assertThat(TinyModel.names(folder)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 404, 503})
  void aRefusalIsToldWithItsStatus(int status) throws Exception {
    try (TinyHub hub = TinyHub.answering(status)) {
      assertThatThrownBy(() -> pull(hub.source()))
          .isInstanceOf(ModelUnavailableException.class)
          .hasMessageContaining("status " + status);
    }
  }

  @Test
  void aHubThatIsNotThereIsPassedBySoon() throws Exception {
    int unused;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = socket.getLocalPort();
    }
    HuggingFaceHub absent = HuggingFaceHub.at(Optional.of("http://127.0.0.1:" + unused));
    try (TinyHub hub = TinyHub.giving(TinyModel.CONTENT)) {
      assertThat(pull(absent, hub.source()).fetched()).isTrue();
    }
  }

  @Test
  void theEndpointVariableReplacesTheDefault() {
    assertThat(HuggingFaceHub.at(Optional.of("https://mirror.example/hub//")).base())
        .isEqualTo(URI.create("https://mirror.example/hub"));
    assertThat(HuggingFaceHub.at(Optional.empty()).base().getScheme()).isEqualTo("https");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mirror.example", "file:///etc", "ftp://mirror.example", "http://", "a b"})
  void anEndpointThatIsNoWebAddressIsRefused(String endpoint) {
    assertThatThrownBy(() -> HuggingFaceHub.at(Optional.of(endpoint)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("HF_ENDPOINT");
  }
}
