package io.splitgym.session;

import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import org.jspecify.annotations.Nullable;

/**
 * How far a session has come, and with what. One value, so that whoever looks from outside never
 * sees one step's progress beside another's reward.
 *
 * @param answer to the latest reset or step; null where this process saw none
 * @param episodeReturn the rewards of the present episode added up; NaN where this process didn't
 *     see its start, and for vectors, whose environments are at different places
 */
record Reached(Progress progress, @Nullable Object answer, double episodeReturn) {
  static Reached only(Progress progress) {
    return new Reached(progress, null, Double.NaN);
  }

  Reached after(Object next) {
    double rewards =
        next instanceof StepResult step
            ? episodeReturn + step.reward()
            : next instanceof ResetResult ? 0 : Double.NaN;
    return new Reached(progress.after(next), next, rewards);
  }
}
