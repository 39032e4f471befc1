package io.splitgym.agents.rl4j;

import io.splitgym.agents.policy.Activation;
import io.splitgym.agents.policy.DenseNetwork;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** From networks of DL4J to the same ones without ND4J. */
final class PlainNetwork {
  private PlainNetwork() {}

  /**
   * The same weights; DL4J's are [inputs, outputs]. What the last layer does to its sums is left
   * aside.
   *
   * @param activation of the layers before
   */
  static DenseNetwork of(MultiLayerNetwork network, Activation activation) {
    List<DenseNetwork.Layer> layers = new ArrayList<>();
    for (var layer : network.getLayers()) {
      float[] weights = layer.getParam("W").transpose().dup('c').data().asFloat();
      float[] bias = layer.getParam("b").dup('c').data().asFloat();
      layers.add(new DenseNetwork.Layer(weights, bias));
    }
    return new DenseNetwork(layers, activation);
  }
}
