package io.splitgym.decoder;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A precision that DJL's arrays can't hold, by a TorchScript module without weights of its own. Its
 * numbers never become arrays: weights stay values of the script's between calls, and only float32
 * comes out. {@code make_kernels.py} beside the modules says what they do.
 *
 * @param model owns the module
 */
record ScriptedArithmetic(Precision precision, Model model, PtSymbolBlock module)
    implements Arithmetic {

  static ScriptedArithmetic load(Precision precision) {
    Model model = Model.newInstance(precision.text(), "PyTorch");
    String resource = precision.text() + ".pt";
    try (InputStream script = ScriptedArithmetic.class.getResourceAsStream(resource)) {
      if (script == null) {
        throw new IllegalStateException("the resource " + resource + " is missing");
      }
      model.load(script);
      return new ScriptedArithmetic(precision, model, (PtSymbolBlock) model.getBlock());
    } catch (IOException e) {
      model.close();
      throw new UncheckedIOException(e);
    } catch (MalformedModelException e) {
      model.close();
      throw new IllegalStateException("the resource " + resource + " is damaged", e);
    }
  }

  @Override
  public Projection projection(NDArray weight, @Nullable NDArray bias) {
    PtNDArray[] biases = bias == null ? new PtNDArray[0] : new PtNDArray[] {(PtNDArray) bias};
    try (IValue matrix = value(weight);
        IValue vector = IValue.listFrom(biases)) {
      IValue packed = IValueUtils.runMethod(module, "pack", matrix, vector);
      return new Projection.Packed(this, packed, weight.size() * precision.weightBytes());
    } catch (EngineException e) {
      InvalidValueException refusal =
          new InvalidValueException(
              "precision",
              precision.text(),
              "another one: this processor has no kernels for it in PyTorch");
      refusal.initCause(e);
      throw refusal;
    }
  }

  @Override
  public FeedForward feedForward(
      Activation activation, @Nullable Projection gate, Projection up, Projection down) {
    return new FeedForward.Packed(
        this, activation, gate == null ? null : packed(gate), packed(up), packed(down));
  }

  @Override
  public NDArray attend(NDArray queries, NDArray keys, NDArray values, NDArray mask, float scale) {
    try (IValue from = value(queries);
        IValue to = value(keys);
        IValue of = value(values);
        IValue added = value(mask);
        IValue times = IValue.from(scale)) {
      return run(queries, "attend", from, to, of, added, times);
    }
  }

  /**
   * @param rows [N, inputs]; not changed
   * @return [N, outputs]
   */
  NDArray linear(NDArray rows, IValue packed) {
    try (IValue in = value(rows)) {
      return run(rows, "linear", in, packed);
    }
  }

  /**
   * @param rows [N, D]; not changed
   * @return [N, D]
   */
  NDArray feedForward(
      NDArray rows, Activation activation, @Nullable IValue gate, IValue up, IValue down) {
    try (IValue in = value(rows);
        IValue name = IValue.from(activation.text())) {
      return gate == null
          ? run(rows, "plain", in, up, down, name)
          : run(rows, "gated", in, gate, up, down, name);
    }
  }

  @Override
  public void close() {
    model.close();
  }

  /** The result lives as long as others of that array's manager and the scope. */
  private NDArray run(NDArray like, String method, IValue... inputs) {
    try (IValue result = IValueUtils.runMethod(module, method, inputs)) {
      return result.toTensor((PtNDManager) like.getManager());
    }
  }

  private static IValue value(NDArray array) {
    return IValue.from((PtNDArray) array);
  }

  private static IValue packed(Projection projection) {
    if (projection instanceof Projection.Packed own) {
      return own.packed();
    }
    throw new IllegalArgumentException("a projection of another arithmetic: " + projection);
  }
}
