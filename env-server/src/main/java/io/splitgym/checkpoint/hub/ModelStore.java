package io.splitgym.checkpoint.hub;

import io.splitgym.validation.InvalidValueException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The models on this machine. Several processes and threads may use one folder: a file appears
 * under its name only when it is whole and verified, and two pulls of one model take turns. Files
 * are hashed whenever they are asked for (a tenth of a second for 100 MB on a processor with SHA
 * instructions), so that no record of an earlier check can be wrong.
 */
public final class ModelStore {
  private static final System.Logger LOG = System.getLogger(ModelStore.class.getName());
  private static final int BUFFER = 1 << 20;

  private final Catalogue catalogue;
  private final Path folder;
  private final List<ModelSource> sources;
  private final boolean termsAccepted;
  private final Map<String, Path> own;

  /**
   * @param folder the cache folder; it need not exist yet
   * @param sources where a pull looks, in order
   */
  ModelStore(Catalogue catalogue, Path folder, List<ModelSource> sources) {
    this(catalogue, folder, sources, false, Map.of());
  }

  private ModelStore(
      Catalogue catalogue,
      Path folder,
      List<ModelSource> sources,
      boolean termsAccepted,
      Map<String, Path> own) {
    this.catalogue = catalogue;
    this.folder = folder.toAbsolutePath();
    this.sources = List.copyOf(sources);
    this.termsAccepted = termsAccepted;
    this.own = Collections.unmodifiableMap(new LinkedHashMap<>(own));
  }

  /** The same store for a user who takes the terms of use of every model that is pulled. */
  public ModelStore acceptingTerms() {
    return new ModelStore(catalogue, folder, sources, true, own);
  }

  /**
   * The same store, in which models of the user's own have names too.
   *
   * @param models the paths of GGUF files or Hugging Face folders, by names that aren't the
   *     catalogue's
   */
  public ModelStore naming(Map<String, Path> models) {
    return new ModelStore(catalogue, folder, sources, termsAccepted, models);
  }

  /** The paths of the user's own models, by their names. */
  public Map<String, Path> own() {
    return own;
  }

  /** The names of all models that there are names for: the catalogue's, then the user's own. */
  public List<String> names() {
    return Stream.concat(
            catalogue.models().stream().map(CatalogueModel::name), own.keySet().stream())
        .toList();
  }

  /**
   * The store over a folder, which pulls from that folder, the Hugging Face cache, the hub and
   * Python packages, in this order.
   *
   * @param environment the process's variables; HF_HOME, HF_HUB_CACHE, HF_ENDPOINT and
   *     XDG_CACHE_HOME matter
   * @param home the user's home folder
   */
  public static ModelStore open(
      Catalogue catalogue, Path folder, Map<String, String> environment, Path home) {
    return new ModelStore(
        catalogue,
        folder,
        List.of(
            new CacheFolder(folder.toAbsolutePath()),
            new HuggingFaceCache(huggingFaceFolder(environment, home)),
            HuggingFaceHub.at(value(environment, "HF_ENDPOINT")),
            new PythonWheels(Pip.ofTheSystem())));
  }

  /**
   * Where models live unless the user says otherwise: {@code splitgym/models} in the XDG cache
   * folder.
   */
  public static Path standardFolder(Map<String, String> environment, Path home) {
    return cacheHome(environment, home).resolve("splitgym").resolve("models");
  }

  private static Path huggingFaceFolder(Map<String, String> environment, Path home) {
    return value(environment, "HF_HUB_CACHE")
        .map(Path::of)
        .orElseGet(
            () ->
                value(environment, "HF_HOME")
                    .map(Path::of)
                    .orElseGet(() -> cacheHome(environment, home).resolve("huggingface"))
                    .resolve("hub"));
  }

  private static Path cacheHome(Map<String, String> environment, Path home) {
    // The XDG specification has a relative path ignored.
    return value(environment, "XDG_CACHE_HOME")
        .map(Path::of)
        .filter(Path::isAbsolute)
        .orElseGet(() -> home.resolve(".cache"));
  }

  private static Optional<String> value(Map<String, String> environment, String variable) {
    return Optional.ofNullable(environment.get(variable)).filter(text -> !text.isBlank());
  }

  public Catalogue catalogue() {
    return catalogue;
  }

  /** The cache folder, an absolute path. */
  public Path folder() {
    return folder;
  }

  /**
   * The intact file of a catalogue model, if it is here.
   *
   * @throws InvalidValueException when the catalogue has no such name
   * @throws IOException when the file is there and can't be read
   */
  public Optional<Path> find(String name) throws IOException {
    return installed(catalogue.require(name))
        .filter(InstalledModel::intact)
        .map(InstalledModel::path);
  }

  /**
   * What is in the folder for this model, intact or not.
   *
   * @throws IOException when the file is there and can't be read
   */
  public Optional<InstalledModel> installed(CatalogueModel model) throws IOException {
    Path file = file(model);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    return Optional.of(new InstalledModel(model, file, Files.size(file), Sha256.of(file)));
  }

  /**
   * The catalogue's models that are in the folder, intact or not, in the catalogue's order.
   *
   * @throws IOException when one is there and can't be read
   */
  public List<InstalledModel> installed() throws IOException {
    List<InstalledModel> installed = new ArrayList<>();
    for (CatalogueModel model : catalogue.models()) {
      installed(model).ifPresent(installed::add);
    }
    return List.copyOf(installed);
  }

  /**
   * Reads a model's name or path and finds its file.
   *
   * @throws InvalidValueException when it is neither a known name nor a file
   * @throws ModelMissingException when a known model isn't here, or is damaged
   * @throws IOException when the file can't be read
   */
  public ModelFile resolve(String nameOrPath) throws IOException {
    return resolve(reference(nameOrPath));
  }

  /**
   * Reads a model's name or path.
   *
   * @throws InvalidValueException when it is neither a known name nor a file
   */
  public ModelReference reference(String nameOrPath) {
    Path named = own.get(nameOrPath);
    return named != null
        ? new ModelReference.UserFile(named)
        : ModelReference.parse(nameOrPath, catalogue);
  }

  /**
   * Finds the file that is meant.
   *
   * @throws ModelMissingException when a known model isn't here, or is damaged
   * @throws IOException when the file can't be read
   */
  public ModelFile resolve(ModelReference reference) throws IOException {
    if (reference instanceof ModelReference.Named named) {
      CatalogueModel model = named.model();
      return installed(model)
          .filter(InstalledModel::intact)
          .map(found -> new ModelFile(model.name(), found.path(), found.bytes(), found.sha256()))
          .orElseThrow(() -> new ModelMissingException(model, folder));
    }
    Path path = ((ModelReference.UserFile) reference).path();
    String name = path.toAbsolutePath().normalize().getFileName().toString();
    if (Files.isDirectory(path)) {
      ModelFolder folderOfModel = ModelFolder.of(path);
      return new ModelFile(
          name, path.toAbsolutePath(), folderOfModel.bytes(), folderOfModel.sha256());
    }
    return new ModelFile(name, path.toAbsolutePath(), Files.size(path), Sha256.of(path));
  }

  /**
   * Brings a model into the folder from the first source that has it.
   *
   * @throws InvalidValueException when it isn't there yet and its terms of use weren't taken; see
   *     {@link #acceptingTerms}
   * @throws ModelUnavailableException when no source has it, with each one's reason
   * @throws IOException when the folder can't be written
   */
  public PullResult pull(CatalogueModel model, PullListener listener) throws IOException {
    Optional<InstalledModel> here = installed(model).filter(InstalledModel::intact);
    if (here.isPresent()) {
      // Without the lock, so that a folder that can only be read serves as well.
      return new PullResult(model, here.get().path(), new CacheFolder(folder).place(model), false);
    }
    return pull(model, sources, listener);
  }

  /**
   * Brings a model into the folder from the user's file and from nowhere else.
   *
   * @param from the file, or a folder that holds it under the catalogue's file name
   * @throws InvalidValueException when its terms of use weren't taken
   * @throws ModelUnavailableException when it isn't there or isn't the model; both digests are
   *     named
   * @throws IOException when the folder can't be written
   */
  public PullResult pull(CatalogueModel model, Path from, PullListener listener)
      throws IOException {
    return pull(model, List.of(new LocalCopy(from)), listener);
  }

  private PullResult pull(CatalogueModel model, List<ModelSource> places, PullListener listener)
      throws IOException {
    if (!termsAccepted && model.terms().isPresent()) {
      TermsOfUse terms = model.terms().get();
      throw new InvalidValueException(
          "--accept-license",
          "not given",
          "given to pull "
              + model.name()
              + ": it comes under the "
              + terms.name()
              + ", "
              + terms.address());
    }
    Files.createDirectories(folder);
    try (StoreLock lock =
        StoreLock.acquire(folder.resolve("." + model.name() + ".lock"), listener)) {
      // Whoever made these is dead: the lock is ours.
      deleteTemporaries(model);
      Path work = Files.createTempDirectory(folder, temporaryPrefix(model));
      try {
        return pullLocked(model, places, work, listener);
      } finally {
        deleteTree(work);
      }
    }
  }

  private PullResult pullLocked(
      CatalogueModel model, List<ModelSource> places, Path work, PullListener listener)
      throws IOException {
    List<String> reasons = new ArrayList<>();
    for (ModelSource source : places) {
      String place = source.place(model);
      String reason;
      try {
        Path scratch = Files.createDirectory(work.resolve("source-" + reasons.size()));
        Offer offer = source.offer(model, scratch, listener);
        if (offer instanceof Offer.InPlace there) {
          return new PullResult(model, there.path(), place, false);
        }
        if (offer instanceof Offer.Content content) {
          Path whole = copyVerified(model, content.stream(), place, work, listener);
          return new PullResult(model, publish(model, whole), place, true);
        }
        reason = ((Offer.Nothing) offer).reason();
      } catch (IOException e) {
        reason = reason(e);
      }
      if (places.size() > 1) {
        listener.note(place + ": " + reason);
      }
      reasons.add("  " + place + ": " + reason);
    }
    throw new ModelUnavailableException(
        String.format(
            "%s could not be pulled:%n%s%n"
                + "Get %s (%,d bytes, SHA-256 %s) in another way and give it with: %s",
            model.name(),
            String.join(System.lineSeparator(), reasons),
            model.fileName(),
            model.bytes(),
            model.sha256(),
            model.pullCommand() + " --from PATH"));
  }

  private static String reason(IOException failure) {
    // Java's message for these is the bare host or path.
    if (failure instanceof UnknownHostException) {
      return "the host " + failure.getMessage() + " can't be found";
    }
    if (failure instanceof FileSystemException) {
      return failure.toString();
    }
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  /** Copies to a temporary file, checking size and digest on the way. */
  private static Path copyVerified(
      CatalogueModel model, InputStream stream, String place, Path work, PullListener listener)
      throws IOException {
    Path part = Files.createTempDirectory(work, "copy").resolve(model.fileName());
    MessageDigest digest = Sha256.digest();
    long copied = 0;
    try (stream;
        FileChannel out =
            FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      byte[] buffer = new byte[BUFFER];
      for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
        copied += read;
        if (copied > model.bytes()) {
          throw new IOException("gives more than the " + model.bytes() + " bytes it must have");
        }
        digest.update(buffer, 0, read);
        for (ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read); bytes.hasRemaining(); ) {
          out.write(bytes);
        }
        listener.progress("copying " + model.fileName(), copied, model.bytes());
      }
      out.force(true);
    }
    Sha256 actual = Sha256.finish(digest);
    if (copied < model.bytes()) {
      throw new EOFException(
          String.format(
              "ends after %d of %d bytes and has SHA-256 %s, must be %s",
              copied, model.bytes(), actual, model.sha256()));
    }
    if (!actual.equals(model.sha256())) {
      throw new WrongChecksumException("what it gives", actual, model.sha256());
    }
    return part;
  }

  private Path publish(CatalogueModel model, Path whole) throws IOException {
    Path file = file(model);
    // An intact file may be mapped by another process, and some systems refuse to replace that.
    if (installed(model).filter(InstalledModel::intact).isEmpty()) {
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return file;
  }

  private Path file(CatalogueModel model) {
    return folder.resolve(model.fileName());
  }

  private static String temporaryPrefix(CatalogueModel model) {
    return "." + model.name() + ".pulling-";
  }

  private void deleteTemporaries(CatalogueModel model) throws IOException {
    try (DirectoryStream<Path> stale =
        Files.newDirectoryStream(
            folder, entry -> entry.getFileName().toString().startsWith(temporaryPrefix(model)))) {
      for (Path tree : stale) {
        deleteTree(tree);
      }
    }
  }

  /**
   * Deletes what it can: what stays is tried again at the next pull. A downloader that outlived its
   * parent may still be writing there.
   */
  private static void deleteTree(Path tree) {
    try (Stream<Path> walk = Files.walk(tree)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.log(System.Logger.Level.DEBUG, "left for the next pull: " + tree, e);
    }
  }
}
