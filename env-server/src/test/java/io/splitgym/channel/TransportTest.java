package io.splitgym.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.splitgym.random.RandomStream;
import io.splitgym.transport.Codec;
import io.splitgym.transport.Concealment;
import io.splitgym.transport.Packets;
import io.splitgym.transport.Payload;
import io.splitgym.transport.Protection;
import io.splitgym.validation.InvalidValueException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransportTest {
  private static final int TOKENS = 64;
  private static final int WIDTH = 576;

  private static Payload payload(Codec codec) {
    return new Payload(codec, new Protection.None());
  }

  private static Erasure ofBytes(int bytes, Codec codec) {
    return new Erasure(new Packets.OfBytes(bytes), Concealment.ZERO, payload(codec));
  }

  private static HiddenBlock gaussian(long seed) {
    RandomStream random = RandomStream.ofSeed(seed);
    float[] values = new float[TOKENS * WIDTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (3 * random.nextGaussian());
    }
    return new HiddenBlock(values, TOKENS, WIDTH);
  }

  @Test
  void aLostPacketOfATokensSizeTakesTheWholeToken() {
    HiddenBlock hidden = gaussian(1);
    ofBytes(1152, Codec.F16).transmitAtLevel(hidden, 0.3, RandomStream.ofSeed(5));
    int lost = 0;
    for (int token = 0; token < TOKENS; token++) {
      float[] values = Arrays.copyOfRange(hidden.values(), token * WIDTH, (token + 1) * WIDTH);
      int zeros = 0;
      for (float value : values) {
        zeros += value == 0 ? 1 : 0;
      }
      assertThat(zeros).isIn(0, WIDTH);
      lost += zeros / WIDTH;
    }
    assertThat(lost).isBetween(8, 32);
  }

  @Test
  void aLostTokenIsTheLastOneThatArrivedAndNothingBeforeTheFirst() {
    Erasure repeats =
        new Erasure(new Packets.OfBytes(1152), Concealment.REPEAT, payload(Codec.F16));
    int firstLost = 0;
    for (int seed = 1; seed <= 12; seed++) {
      HiddenBlock zeroed = gaussian(1);
      ofBytes(1152, Codec.F16).transmitAtLevel(zeroed, 0.5, RandomStream.ofSeed(seed));
      HiddenBlock repeated = gaussian(1);
      repeats.transmitAtLevel(repeated, 0.5, RandomStream.ofSeed(seed));
      float[] held = new float[WIDTH];
      for (int token = 0; token < TOKENS; token++) {
        float[] arrived = Arrays.copyOfRange(zeroed.values(), token * WIDTH, (token + 1) * WIDTH);
        boolean lost = Arrays.equals(arrived, new float[WIDTH]);
        firstLost += token == 0 && lost ? 1 : 0;
        held = lost ? held : arrived;
        assertThat(Arrays.copyOfRange(repeated.values(), token * WIDTH, (token + 1) * WIDTH))
            .isEqualTo(held);
      }
    }
    assertThat(firstLost).isBetween(1, 11);
  }

  @Test
  void theSamePacketsAreLostWhateverTheirContent() {
    HiddenBlock one = gaussian(1);
    HiddenBlock other = gaussian(2);
    other.values()[7] = 24_000;
    Erasure plain = ofBytes(500, Codec.INT8);
    Erasure protects =
        new Erasure(
            new Packets.OfBytes(500),
            Concealment.ZERO,
            new Payload(Codec.INT8, new Protection.Above(1000)));
    plain.transmitAtLevel(one, 0.2, RandomStream.ofSeed(9));
    protects.transmitAtLevel(other, 0.2, RandomStream.ofSeed(9));
    // whole runs of zeros; single ones are small values
    for (int i = 8; i + 40 < one.values().length; i += 40) {
      assertThat(zeros(one, i)).isEqualTo(zeros(other, i));
    }
    assertThat(other.values()[7]).isEqualTo(24_000);
  }

  private static boolean zeros(HiddenBlock hidden, int from) {
    for (int i = from; i < from + 40; i++) {
      if (hidden.values()[i] != 0) {
        return false;
      }
    }
    return true;
  }

  @Test
  void bitsAreCountedWhateverIsLost() {
    for (double level : new double[] {0, 0.5, 1}) {
      RandomStream noise = RandomStream.ofSeed(1);
      assertThat(new Erasure(8).transmitAtLevel(gaussian(3), level, noise))
          .isEqualTo(TOKENS * WIDTH * 32L);
      assertThat(ofBytes(1152, Codec.F16).transmitAtLevel(gaussian(3), level, noise))
          .isEqualTo(TOKENS * WIDTH * 16L);
      assertThat(
              new FadingAwgn(8, 0, true, new Payload(Codec.INT4, new Protection.Greatest(3)))
                  .transmitAtLevel(gaussian(3), level, noise))
          .isEqualTo(TOKENS * (WIDTH * 4L + 32 + 3 * 42));
    }
  }

  @Test
  void noiseIsAddedToWhatTheCodecMakesOfTheHiddenState() {
    HiddenBlock coded = gaussian(4);
    HiddenBlock plain = gaussian(4);
    for (int token = 0; token < TOKENS; token++) {
      Codec.INT4.roundTrip(plain.values(), token * WIDTH, (token + 1) * WIDTH);
    }
    FadingAwgn channel = new FadingAwgn(8, 0, true, payload(Codec.INT4));
    ChannelState state = new ChannelState(0.1, 2);
    channel.transmit(coded, state, RandomStream.ofSeed(6));
    FadingAwgn.ofUnit(8).transmit(plain, state, RandomStream.ofSeed(6));
    assertThat(coded.values()).isEqualTo(plain.values());

    HiddenBlock silent = gaussian(4);
    channel.transmit(silent, new ChannelState(0, 1), RandomStream.ofSeed(6));
    HiddenBlock level = gaussian(4);
    channel.transmitAtLevel(level, 0, RandomStream.ofSeed(7));
    assertThat(silent.values()).isEqualTo(level.values()).isNotEqualTo(gaussian(4).values());
  }

  @Test
  void protectedElementsMeetNeitherNoiseNorFading() {
    HiddenBlock hidden = gaussian(5);
    hidden.values()[100] = -24_000.5f;
    FadingAwgn channel =
        new FadingAwgn(8, 0, false, new Payload(Codec.F32, new Protection.Above(1000)));
    channel.transmit(hidden, new ChannelState(0.3, 1), RandomStream.ofSeed(2));
    assertThat(hidden.values()[100]).isEqualTo(-24_000.5f);
    assertThat(hidden.values()[101]).isNotCloseTo(gaussian(5).values()[101], within(1e-6f));
  }

  @Test
  void whatWasMeasuredBeforeThereWereCodecsGoesByTheSameDescription() {
    assertThat(new Erasure(8).description()).isEqualTo("erasure(packetElements=8)");
    assertThat(new FadingAwgn(7.657, 0, true).description())
        .isEqualTo("fading-awgn(blockTokens=0, equalised=true, noiseUnit=7.657)");
    assertThat(Channel.of("erasure", Map.of("packetElements", "8"))).isEqualTo(new Erasure(8));
  }

  @Test
  void everyTransportHasADescriptionOfItsOwnThatReadsBack() {
    List<Channel> all =
        List.of(
            new Erasure(1),
            new Erasure(new Packets.OfElements(1), Concealment.REPEAT, Payload.PLAIN),
            ofBytes(1152, Codec.F16),
            ofBytes(1152, Codec.BF16),
            ofBytes(1153, Codec.F16),
            new Erasure(new Packets.OfBytes(1152), Concealment.REPEAT, payload(Codec.F16)),
            new Erasure(
                new Packets.OfBytes(1152),
                Concealment.ZERO,
                new Payload(Codec.F16, new Protection.Greatest(2))),
            new Erasure(
                new Packets.OfBytes(1152),
                Concealment.ZERO,
                new Payload(Codec.F16, new Protection.Above(2))),
            new FadingAwgn(8, 0, true),
            new FadingAwgn(8, 0, true, payload(Codec.INT8)),
            new FadingAwgn(8, 0, true, new Payload(Codec.INT8, new Protection.Above(1000.5))));
    assertThat(all.stream().map(Channel::description)).doesNotHaveDuplicates();
    for (Channel channel : all) {
      assertThat(Channel.of(channel.name(), channel.parameters())).isEqualTo(channel);
    }
    assertThatThrownBy(
            () ->
                Channel.of(
                    "fading-awgn",
                    Map.of(
                        "noiseUnit",
                        "8",
                        "blockTokens",
                        "0",
                        "equalised",
                        "true",
                        "packetBytes",
                        "9")))
        .isInstanceOf(InvalidValueException.class);
  }

  @Test
  void aChoiceMakesTheChannelThatItsSettingsTell() {
    TransportChoice choice = new TransportChoice("int8", null, 1152, "repeat", null, 1000.0);
    Channel channel =
        new ChannelChoice("erasure", null, null, null, choice, Map.of(), ProvidedChannel::providers)
            .channel(() -> 8);
    assertThat(channel)
        .isEqualTo(
            new Erasure(
                new Packets.OfBytes(1152),
                Concealment.REPEAT,
                new Payload(Codec.INT8, new Protection.Above(1000))));
    assertThat(channel.settings())
        .isEqualTo(
            Map.of(
                "packetBytes",
                1152,
                "concealment",
                "repeat",
                "codec",
                "int8",
                "protectGreatest",
                0,
                "protectAbove",
                1000.0));
    assertThat(ChannelChoice.of("erasure").channel(() -> 8)).isEqualTo(new Erasure(1));
    assertThat(new Erasure(1).settings())
        .isEqualTo(
            Map.of(
                "packetElements",
                1,
                "packetBytes",
                0,
                "concealment",
                "zero",
                "codec",
                "f32",
                "protectGreatest",
                0,
                "protectAbove",
                0.0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "erasure | fp8 | - | - | - | - | - | codec is fp8, must be one of f32",
        "erasure | - | 0 | - | - | - | - | packetElements is 0, must be at least 1",
        "erasure | - | - | -1 | - | - | - | packetBytes is -1, must be 0",
        "erasure | - | 2 | 64 | - | - | - | packetElements is 2, must be left out: packetBytes",
        "erasure | int8 | - | 4 | - | - | - | packetBytes is 4, must be at least 5",
        "erasure | - | - | - | copy | - | - | concealment is copy, must be zero or repeat",
        "erasure | - | - | - | - | -1 | - | protectGreatest is -1, must be 0",
        "erasure | - | - | - | - | - | 0.5 | protectAbove is 0.5, must be 0 (none) or in [1",
        "erasure | - | - | - | - | 2 | 10 | protectAbove is 10.0, must be left out or 0",
        "fading-awgn | - | - | 64 | - | - | - | packetBytes is 64, must be left out: only erasure",
        "fading-awgn | - | - | - | zero | - | - | concealment is zero, must be left out: only erasure",
      })
  void whatDoesNotGoTogetherIsRefusedByItsField(
      String name,
      @Nullable String codec,
      @Nullable Integer packetElements,
      @Nullable Integer packetBytes,
      @Nullable String concealment,
      @Nullable Integer greatest,
      @Nullable Double above,
      String message) {
    assertThatThrownBy(
            () ->
                new ChannelChoice(
                    name,
                    null,
                    null,
                    null,
                    new TransportChoice(
                        codec, packetElements, packetBytes, concealment, greatest, above),
                    Map.of(),
                    ProvidedChannel::providers))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("channelParameters." + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "packetElements=0 | packetElements is 0, must be at least 1",
        "packetElements=one | packetElements is one, must be an integer",
        "packetElements=2 packetBytes=64 | packetElements is 2, must be left out: packetBytes",
        "packetBytes=-1 | packetBytes is -1, must be 0 (packets are counted in elements) or more",
        "packetBytes=0 | channel parameters is [packetBytes], must be [packetElements]",
        "packetBytes=4 codec=int8 | packetBytes is 4, must be at least 5, which an element in int8",
        "packetElements=1 codec=fp8 | codec is fp8, must be one of f32",
        "packetElements=1 codec=f32 | channel parameters is [codec, packetElements], must be",
        "codec=f16 | channel parameters is [codec], must be [codec, packetElements]",
        "packetElements=1 concealment=copy | concealment is copy, must be zero or repeat",
        "packetElements=1 protectGreatest=-1 | protectGreatest is -1, must be 0 (none) or more",
        "packetElements=1 protectAbove=0.5 | protectAbove is 0.5, must be 0 (none) or in [1, 1000000]",
        "packetElements=1 protectGreatest=2 protectAbove=9 | protectAbove is 9.0, must be left out or 0",
      })
  void aTextIsHeldToTheRulesOfARequest(String texts, String message) {
    Map<String, String> parameters = new TreeMap<>();
    for (String text : texts.split(" ", -1)) {
      String[] parts = text.split("=", -1);
      parameters.put(parts[0], parts[1]);
    }
    assertThatThrownBy(() -> Channel.of("erasure", parameters))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aSurrogateOfOneTransportIsNotTakenForAnother() {
    ChannelChoice asked =
        new ChannelChoice(
            "erasure",
            null,
            null,
            null,
            new TransportChoice("f16", null, null, null, null, null),
            Map.of(),
            ProvidedChannel::providers);
    assertThatThrownBy(() -> asked.requireIs(new Erasure(1)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "channelParameters.codec is f16, must be f32, which the surrogate was fitted to;"
                + " backend llm takes others");
    asked.requireIs(ofBytes(1152, Codec.F16));
    assertThatThrownBy(
            () ->
                new ChannelChoice("erasure", null, null, null, 1)
                    .requireIs(ofBytes(1152, Codec.F16)))
        .hasMessageContaining("channelParameters.packetElements is 1, must be left out");
  }
}
