package io.splitgym.session;

import io.splitgym.registry.VectorRequest;
import io.splitgym.validation.InvalidValueException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A vector of environments at one moment: enough to go on from there, in it or in another one.
 *
 * @param request what makes a vector that can be in this state
 * @param fingerprint of what answered its steps
 * @param progress how far it had come; {@link #canBeAt}
 * @param data what {@link io.splitgym.environment.VectorEnvironment#save} gave
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record SavedVector(
    VectorRequest request, String fingerprint, Progress progress, byte[] data) {
  public SavedVector {
    if (!canBeAt(progress)) {
      throw new InvalidValueException("status", progress.status(), "created or running");
    }
    data = data.clone();
  }

  @Override
  public byte[] data() {
    return data.clone();
  }

  /** Whether a vector can have come so far: its environments end one by one, it never does. */
  public static boolean canBeAt(Progress progress) {
    return progress.status() == Progress.Status.CREATED
        || progress.status() == Progress.Status.RUNNING;
  }

  /** SHA-256 of all of it, as {@link SavedState#checksum} has it. */
  public String checksum() {
    Map<String, @Nullable Object> all =
        SavedState.members(request.each(), fingerprint, progress, data);
    all.put("numEnvs", request.count());
    all.put("autoreset", request.autoreset().text());
    return SavedState.digest(all);
  }
}
