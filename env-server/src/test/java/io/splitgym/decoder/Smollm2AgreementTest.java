package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.channel.Transmission;
import io.splitgym.checkpoint.hub.RealModel;
import io.splitgym.perplexity.Corpus;
import io.splitgym.perplexity.HiddenStateBounds;
import io.splitgym.perplexity.LlmEvaluator;
import io.splitgym.perplexity.WindowLosses;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** SmolLM2-135M, and how it is evaluated. */
class Smollm2AgreementTest extends ReferenceAgreement {
  Smollm2AgreementTest() throws IOException {
    super("smollm2-135m", RealModel.smollm2());
  }

  @Test
  void noiseAndLossesAreTheSameBitsOnAnyNumberOfThreads() {
    Corpus corpus = Corpus.shipped();
    Transmission noisy =
        new Transmission.AtState(
            io.splitgym.channel.FadingAwgn.ofUnit(8), new io.splitgym.channel.ChannelState(0.2, 1));
    WindowLosses one;
    WindowLosses three;
    WindowLosses fromTheStart;
    try (LlmEvaluator alone =
            new LlmEvaluator(
                model, corpus, 64, 64, 1500, 1, new HiddenStateBounds(1 << 20, 1 << 30));
        LlmEvaluator together =
            new LlmEvaluator(model, corpus, 64, 64, 1500, 3, new HiddenStateBounds(0, 3 << 20))) {
      one = alone.evaluate(20, noisy, 7);
      together.evaluate(3, noisy, 1);
      three = together.evaluate(20, noisy, 7);
      fromTheStart = together.evaluateFromTheStart(20, noisy, 7);
    }
    assertThat(three).isEqualTo(one);
    assertThat(fromTheStart).isEqualTo(one);
  }

  @Test
  void aCancelledEvaluationLeavesEverythingAsItWas() {
    Corpus corpus = Corpus.shipped();
    Transmission clean = new Transmission.Clean();
    HiddenStateBounds bounds = HiddenStateBounds.DEFAULT;
    try (LlmEvaluator evaluator = new LlmEvaluator(model, corpus, 64, 64, 512, 1, bounds);
        LlmEvaluator untouched = new LlmEvaluator(model, corpus, 64, 64, 512, 1, bounds)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> evaluator.evaluate(20, clean, 0))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(evaluator.evaluate(20, clean, 0)).isEqualTo(untouched.evaluate(20, clean, 0));
    }
  }

  @Test
  void layersAreLeftBetweenOneAndTheNext() {
    int[][] tokens = {passageTokens()};
    int[] begun = new int[1];
    assertThatThrownBy(
            () ->
                model
                    .decoder()
                    .run(
                        model.decoder().embed(tokens),
                        tokens[0].length,
                        0,
                        29,
                        () -> {
                          if (++begun[0] > 2) {
                            throw new CancellationException("enough");
                          }
                        }))
        .hasMessage("enough");
    assertThat(begun[0]).isEqualTo(3);
  }

  @Test
  void aClosedEvaluatorEndsWhatRunsInIt() throws Exception {
    LlmEvaluator evaluator =
        new LlmEvaluator(model, Corpus.shipped(), 256, 256, 4096, 1, HiddenStateBounds.DEFAULT);
    CompletableFuture<WindowLosses> running =
        CompletableFuture.supplyAsync(() -> evaluator.evaluate(1, new Transmission.Clean(), 0));
    Thread.sleep(200);
    evaluator.close();
    assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(CancellationException.class);
  }
}
