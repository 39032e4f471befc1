package io.splitgym.cli;

import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.surrogate.SurrogateFile;
import io.splitgym.surrogate.SurrogateModel;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Files that options name: what is wrong with one is refused under its option's name. */
public final class GivenFile {
  private GivenFile() {}

  /** Makes something of a file. */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * @throws IOException if it can't be read, or isn't of its format
     * @throws InvalidValueException if it isn't of its format
     */
    T read(Path file) throws IOException;
  }

  /**
   * Reads a file.
   *
   * @param option that named it, such as {@code --surrogate}
   * @param what it must be, such as {@code "a surrogate"}
   * @throws InvalidValueException naming option, file and what is wrong with it
   */
  public static <T> T read(String option, Path file, String what, Reader<T> reader) {
    try {
      return reader.read(file);
    } catch (InvalidValueException e) {
      throw new InvalidValueException(option, file, what + ": " + e.getMessage());
    } catch (IOException e) {
      throw new InvalidValueException(option, file, what + ": " + reason(e));
    }
  }

  /**
   * Reads measurements.
   *
   * @throws InvalidValueException naming option, file and what is wrong with it
   */
  public static Measurements measurements(String option, Path file) {
    return read(
        option,
        file,
        "a CSV that the command measure wrote",
        there -> MeasurementCsv.read(Files.readString(there)));
  }

  /**
   * Reads a surrogate.
   *
   * @throws InvalidValueException naming option, file and what is wrong with it
   */
  public static SurrogateModel surrogate(String option, Path file) {
    return read(
        option, file, "a surrogate", there -> SurrogateFile.read(Files.readAllBytes(there)));
  }

  /**
   * Finds out whether a file can be written, before there is something to write.
   *
   * @param option that named it, such as {@code --save}
   * @throws InvalidValueException naming option, file and why it can't be written
   */
  public static void requireWritable(String option, Path file) {
    try {
      WholeFile.tryOut(file);
    } catch (IOException e) {
      throw new InvalidValueException(option, file, "a file that can be written: " + reason(e));
    }
  }

  /** What failed, in words that don't repeat the file's name. */
  static String reason(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (failure instanceof CharacterCodingException) {
      return "it isn't UTF-8 text";
    }
    @Nullable String message =
        failure instanceof FileSystemException told ? told.getReason() : failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
