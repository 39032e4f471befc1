package io.splitgym.checkpoint.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.validation.InvalidValueException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {
  private static final CatalogueModel MODEL = TinyModel.model();

  @TempDir private Path home;
  private Path folder;

  @BeforeEach
  void chooseAFolderThatDoesNotExistYet() {
    folder = home.resolve("deep").resolve("models");
  }

  private ModelStore store(ModelSource... sources) {
    return TinyModel.store(folder, MODEL, sources);
  }

  private PullResult pullFrom(Path from) throws Exception {
    return store().pull(MODEL, from, PullListener.silent());
  }

  @Test
  void aLocalFileBecomesAnInstalledModel() throws Exception {
    Path mine = Files.write(home.resolve("mine.bin"), TinyModel.CONTENT);
    PullResult result = pullFrom(mine);
    assertThat(result.fetched()).isTrue();
    assertThat(result.path()).isEqualTo(folder.resolve(TinyModel.FILE));
    assertThat(result.path()).hasBinaryContent(TinyModel.CONTENT);
    assertThat(store().find(TinyModel.NAME)).contains(result.path());
    assertThat(TinyModel.names(folder)).containsExactly(TinyModel.FILE);
  }

  @Test
  void aLocalFolderThatHoldsTheFileWillDo() throws Exception {
    Files.write(home.resolve(TinyModel.FILE), TinyModel.CONTENT);
    assertThat(pullFrom(home).path()).hasBinaryContent(TinyModel.CONTENT);
  }

  @Test
  void aWrongLocalFileIsRefusedWithBothDigests() throws Exception {
    byte[] wrong = TinyModel.CONTENT.clone();
    wrong[wrong.length / 2] ^= 1;
    Path mine = Files.write(home.resolve("mine.bin"), wrong);
    assertThatThrownBy(() -> pullFrom(mine))
        .isInstanceOf(ModelUnavailableException.class)
        .hasMessageContaining(TinyModel.sha256(wrong).hex())
        .hasMessageContaining(MODEL.sha256().hex())
        .hasMessageContaining("--from PATH");
    assertThat(TinyModel.names(folder)).isEmpty();
  }

  @Test
  void aTruncatedLocalFileIsRefused() throws Exception {
    byte[] half = Arrays.copyOf(TinyModel.CONTENT, TinyModel.CONTENT.length / 2);
    Path mine = Files.write(home.resolve("mine.bin"), half);
    assertThatThrownBy(() -> pullFrom(mine))
        .hasMessageContaining("ends after 1500000 of 3000000 bytes")
        .hasMessageContaining(TinyModel.sha256(half).hex());
    assertThat(TinyModel.names(folder)).isEmpty();
  }

  @Test
  void aLocalFileWithMoreThanTheModelIsRefused() throws Exception {
    byte[] longer = Arrays.copyOf(TinyModel.CONTENT, TinyModel.CONTENT.length + 1);
    Path mine = Files.write(home.resolve("mine.bin"), longer);
    assertThatThrownBy(() -> pullFrom(mine)).hasMessageContaining("more than the 3000000 bytes");
    assertThat(TinyModel.names(folder)).isEmpty();
  }

  @Test
  void aLocalPathIsTheOnlyPlaceLookedAt() throws Exception {
    try (TinyHub hub = TinyHub.giving(TinyModel.CONTENT)) {
      ModelStore store = store(new CacheFolder(folder), hub.source());
      assertThatThrownBy(() -> store.pull(MODEL, home.resolve("absent"), PullListener.silent()))
          .isInstanceOf(ModelUnavailableException.class)
          .hasMessageContaining("absent: no such file");
      assertThat(hub.requests()).isEmpty();
    }
  }

  @Test
  void aModelThatIsThereIsNotFetchedAgain() throws Exception {
    try (TinyHub hub = TinyHub.giving(TinyModel.CONTENT)) {
      ModelStore store = store(new CacheFolder(folder), hub.source());
      assertThat(store.pull(MODEL, PullListener.silent()).fetched()).isTrue();
      assertThat(store.pull(MODEL, PullListener.silent()).fetched()).isFalse();
      assertThat(hub.requests()).hasSize(1);
    }
  }

  @Test
  void aModelThatIsThereNeedsNothingWritten() throws Exception {
    Files.createDirectories(folder);
    Files.write(folder.resolve(TinyModel.FILE), TinyModel.CONTENT);
    assertThat(store().pull(MODEL, PullListener.silent()).fetched()).isFalse();
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve(TinyModel.FILE));
    }
  }

  @Test
  void aDamagedModelIsToldOfAndReplacedByThePull() throws Exception {
    Files.createDirectories(folder);
    Files.write(folder.resolve(TinyModel.FILE), new byte[MODEL.fileName().length()]);
    ModelStore damaged = store();
    assertThat(damaged.find(TinyModel.NAME)).isEmpty();
    assertThat(damaged.installed()).singleElement().matches(model -> !model.intact());
    assertThatThrownBy(() -> damaged.resolve(TinyModel.NAME))
        .isInstanceOf(ModelMissingException.class);
    try (TinyHub hub = TinyHub.giving(TinyModel.CONTENT)) {
      List<String> notes = new ArrayList<>();
      store(new CacheFolder(folder), hub.source()).pull(MODEL, noting(notes));
      assertThat(notes).singleElement().asString().contains(MODEL.sha256().hex());
    }
    assertThat(store().find(TinyModel.NAME)).isPresent();
  }

  @Test
  void aMissingModelIsNamedWithTheCommandThatPullsIt() {
    assertThatThrownBy(() -> store().resolve(TinyModel.NAME))
        .isInstanceOf(ModelMissingException.class)
        .hasMessageContaining("./splitgym model pull tiny")
        .hasMessageContaining(folder.toString());
  }

  @Test
  void aModelUnderTermsIsPulledOnlyByWhoTakesThem() throws Exception {
    CatalogueModel model = TinyModel.underTerms();
    Path mine = Files.write(home.resolve("mine.bin"), TinyModel.CONTENT);
    ModelStore store = TinyModel.store(folder, model, new LocalCopy(mine));
    for (ThrowingCallable pull :
        List.<ThrowingCallable>of(
            () -> store.pull(model, PullListener.silent()),
            () -> store.pull(model, mine, PullListener.silent()))) {
      assertThatThrownBy(pull)
          .isInstanceOf(InvalidValueException.class)
          .hasMessage(
              "--accept-license is not given, must be given to pull tiny: it comes under the Tiny"
                  + " Terms, https://example.org/terms");
    }
    assertThat(folder).doesNotExist();
    assertThatThrownBy(() -> store.resolve(TinyModel.NAME))
        .hasMessageContaining("Tiny Terms")
        .hasMessageContaining("./splitgym model pull tiny --accept-license");

    assertThat(store.acceptingTerms().pull(model, PullListener.silent()).fetched()).isTrue();
    assertThat(store.pull(model, PullListener.silent()).fetched())
        .as("whoever has it has taken the terms")
        .isFalse();
  }

  @Test
  void aFolderIsHashedAsTheListOfItsFilesDigests() throws Exception {
    Path model = Files.createDirectory(home.resolve("own"));
    Files.write(model.resolve("config.json"), new byte[] {'{', '}'});
    Files.write(model.resolve("model.safetensors"), new byte[] {1, 2, 3});
    Files.write(model.resolve("README.md"), new byte[] {9});
    String list =
        TinyModel.sha256(new byte[] {'{', '}'})
            + "  config.json\n"
            + TinyModel.sha256(new byte[] {1, 2, 3})
            + "  model.safetensors\n";
    assertThat(store().resolve(model.toString()))
        .isEqualTo(
            new ModelFile(
                "own", model, 5, TinyModel.sha256(list.getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void aUsersOwnFileIsHashed() throws Exception {
    Path own = Files.write(home.resolve("own.gguf"), new byte[] {1, 2, 3});
    assertThat(store().resolve(own.toString()))
        .isEqualTo(new ModelFile("own.gguf", own, 3, TinyModel.sha256(new byte[] {1, 2, 3})));
  }

  @Test
  void theHuggingFaceCacheIsReadWhateverTheRepository() throws Exception {
    Path cache = home.resolve("hf");
    write(cache.resolve("models--else--other/snapshots/c0ffee/" + TinyModel.FILE), new byte[9]);
    write(
        cache.resolve("models--one--of-three/snapshots/c0ffee/" + TinyModel.FILE),
        new byte[TinyModel.CONTENT.length]);
    write(
        cache.resolve("models--someone--tiny/snapshots/abc/" + TinyModel.FILE), TinyModel.CONTENT);
    PullResult result = store(new HuggingFaceCache(cache)).pull(MODEL, PullListener.silent());
    assertThat(result.path()).hasBinaryContent(TinyModel.CONTENT);
    assertThat(result.source()).contains(cache.toString());
  }

  @Test
  void aBlobOfTheRightDigestWillDoUnderAnyFileName() throws Exception {
    Path cache = home.resolve("hf");
    write(cache.resolve("models--a--b/blobs/" + MODEL.sha256()), TinyModel.CONTENT);
    assertThat(store(new HuggingFaceCache(cache)).pull(MODEL, PullListener.silent()).fetched())
        .isTrue();
  }

  @Test
  void everySourceGivesItsReasonWhenNoneHasTheModel() {
    assertThatThrownBy(
            () ->
                store(
                        new CacheFolder(folder),
                        new HuggingFaceCache(home.resolve("hf")),
                        new PythonWheels((part, work, listener) -> work))
                    .pull(MODEL, PullListener.silent()))
        .isInstanceOf(ModelUnavailableException.class)
        .hasMessageContaining("the cache folder " + folder + ": not there")
        .hasMessageContaining("the Hugging Face cache")
        .hasMessageContaining("no wheel is known")
        .hasMessageContaining("3,000,000 bytes, SHA-256 " + MODEL.sha256());
  }

  @Test
  void whatADeadPullLeftIsClearedAwayAndOtherModelsTemporariesAreNot() throws Exception {
    write(folder.resolve(".tiny.pulling-123/copy/tiny.gguf"), new byte[5]);
    write(folder.resolve(".other.pulling-9/copy/other.gguf"), new byte[5]);
    pullFrom(Files.write(home.resolve("mine.bin"), TinyModel.CONTENT));
    assertThat(TinyModel.names(folder)).containsExactly(".other.pulling-9", TinyModel.FILE);
  }

  @Test
  void theFoldersFollowTheXdgRules() {
    Path base = home.toAbsolutePath();
    assertThat(ModelStore.standardFolder(Map.of(), base))
        .isEqualTo(base.resolve(".cache/splitgym/models"));
    assertThat(
            ModelStore.standardFolder(Map.of("XDG_CACHE_HOME", base.resolve("c").toString()), base))
        .isEqualTo(base.resolve("c/splitgym/models"));
    assertThat(ModelStore.standardFolder(Map.of("XDG_CACHE_HOME", "relative"), base))
        .isEqualTo(base.resolve(".cache/splitgym/models"));
  }

  @Test
  void theHuggingFaceVariablesAreHeard() throws Exception {
    CatalogueModel nowhereElse =
        new CatalogueModel(
            TinyModel.NAME,
            MODEL.title(),
            TinyModel.FILE,
            MODEL.bytes(),
            MODEL.sha256(),
            MODEL.licence(),
            Optional.empty(),
            Optional.empty(),
            List.of());
    Path hub = home.resolve("elsewhere");
    write(hub.resolve("models--a--b/snapshots/s/" + TinyModel.FILE), TinyModel.CONTENT);
    Path huggingFaceHome = home.resolve("hfhome");
    write(
        huggingFaceHome.resolve("hub/models--a--b/snapshots/s/" + TinyModel.FILE),
        TinyModel.CONTENT);
    for (Map<String, String> environment :
        List.of(
            Map.of("HF_HUB_CACHE", hub.toString()),
            Map.of("HF_HOME", huggingFaceHome.toString()))) {
      Path models = Files.createTempDirectory(home, "models");
      ModelStore store =
          ModelStore.open(new Catalogue(List.of(nowhereElse)), models, environment, home);
      assertThat(store.pull(nowhereElse, PullListener.silent()).source())
          .contains(environment.values().iterator().next());
    }
  }

  @Test
  void progressEndsAtTheWholeFile() throws Exception {
    Path mine = Files.write(home.resolve("mine.bin"), TinyModel.CONTENT);
    List<Long> seen = new ArrayList<>();
    store()
        .pull(
            MODEL,
            mine,
            new PullListener() {
              @Override
              public void note(String line) {}

              @Override
              public void progress(String activity, long done, long total) {
                assertThat(total).isEqualTo(MODEL.bytes());
                seen.add(done);
              }
            });
    assertThat(seen).isSorted().endsWith(MODEL.bytes());
  }

  private static PullListener noting(List<String> notes) {
    return new PullListener() {
      @Override
      public void note(String line) {
        notes.add(line);
      }

      @Override
      public void progress(String activity, long done, long total) {}
    };
  }

  private static void write(Path file, byte[] bytes) throws Exception {
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }
}
