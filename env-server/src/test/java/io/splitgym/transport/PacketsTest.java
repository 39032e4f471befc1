package io.splitgym.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.random.RandomStream;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketsTest {
  private static final int WIDTH = 576;

  private static List<Integer> ends(Packets packets, int tokens, int width, Codec codec) {
    List<Integer> ends = new ArrayList<>();
    int total = tokens * width;
    for (int from = 0; from < total; ) {
      from = packets.end(from, total, width, codec);
      ends.add(from);
    }
    return ends;
  }

  @Test
  void aTokenInHalfPrecisionIsOnePacketOf1152Bytes() {
    Packets packets = new Packets.OfBytes(1152);
    assertThat(ends(packets, 3, WIDTH, Codec.F16)).containsExactly(576, 1152, 1728);
    assertThat(packets.bits(3, WIDTH, Codec.F16)).isEqualTo(3 * 9216);
  }

  @Test
  void aPacketMaySplitATokenOrSpanSeveral() {
    // half a token, and two and a half
    assertThat(ends(new Packets.OfBytes(576), 2, WIDTH, Codec.F16))
        .containsExactly(288, 576, 864, 1152);
    assertThat(ends(new Packets.OfBytes(2880), 4, WIDTH, Codec.F16)).containsExactly(1440, 2304);
    // an element isn't cut: 7 bytes hold three of two
    assertThat(ends(new Packets.OfBytes(7), 1, 8, Codec.F16)).containsExactly(3, 6, 8);
  }

  @Test
  void everyPartOfATokenHasItsScale() {
    // 8 bytes: a scale of 4 and 4 elements; so 5 elements of a token are two parts
    Packets eight = new Packets.OfBytes(8);
    assertThat(ends(eight, 2, 5, Codec.INT8)).containsExactly(4, 5 + 0, 9, 10);
    assertThat(eight.bits(2, 5, Codec.INT8)).isEqualTo(10 * 8 + 4 * 32);
    // 14 bytes: a scale, 5 elements, a scale and 1 element of the next
    Packets fourteen = new Packets.OfBytes(14);
    assertThat(ends(fourteen, 2, 5, Codec.INT8)).containsExactly(6, 10);
    assertThat(fourteen.bits(2, 5, Codec.INT8)).isEqualTo(10 * 8 + 3 * 32);
    // 13 bytes: the second scale would have no element behind it
    Packets thirteen = new Packets.OfBytes(13);
    assertThat(ends(thirteen, 2, 5, Codec.INT8)).containsExactly(5, 10);
    assertThat(thirteen.bits(2, 5, Codec.INT8)).isEqualTo(10 * 8 + 2 * 32);
    // two elements in a byte
    assertThat(ends(new Packets.OfBytes(6), 1, 5, Codec.INT4)).containsExactly(4, 5);
  }

  @ParameterizedTest
  @CsvSource({
    "F32, 18432, 18432",
    "F16, 9216, 9216",
    "BF16, 9216, 9216",
    "INT8, 4640, 4640",
    "INT4, 2336, 2336"
  })
  void bitsOfATokenThatIsNotCutAreThoseOfItsElementsAndItsScale(Codec codec, long bits, long same) {
    assertThat(new Packets.OfElements(64).bits(10, WIDTH, codec)).isEqualTo(10 * bits);
    assertThat(new Payload(codec, new Protection.None()).bits(10, WIDTH)).isEqualTo(10 * bits);
    int bytes = (int) (bits / 8);
    assertThat(new Packets.OfBytes(bytes).bits(10, WIDTH, codec)).isEqualTo(10 * same);
  }

  @Test
  void packetsCoverABlockWithoutGapsAndKeepWithinTheirSize() {
    RandomStream random = RandomStream.ofSeed(12);
    for (int trial = 0; trial < 300; trial++) {
      Codec codec = Codec.values()[random.nextInteger(0, Codec.values().length - 1)];
      int bytes = random.nextInteger(codec.leastBytes(), 400);
      int width = random.nextInteger(1, 90);
      int tokens = random.nextInteger(1, 9);
      String drawn = codec + ", " + bytes + " bytes, " + tokens + " x " + width;
      Packets packets = new Packets.OfBytes(bytes);
      long sum = 0;
      int from = 0;
      for (int end : ends(packets, tokens, width, codec)) {
        assertThat(end).as(drawn).isGreaterThan(from);
        int parts = (end - 1) / width - from / width + 1;
        long bits = (long) (end - from) * codec.elementBits() + (long) parts * codec.scaleBits();
        assertThat(bits).as(drawn).isLessThanOrEqualTo(8L * bytes);
        if (end < tokens * width) {
          // one more element wouldn't have fitted
          long more = codec.elementBits() + (end % width == 0 ? codec.scaleBits() : 0);
          assertThat(bits + more).as(drawn).isGreaterThan(8L * bytes);
        }
        sum += bits;
        from = end;
      }
      assertThat(from).as(drawn).isEqualTo(tokens * width);
      assertThat(packets.bits(tokens, width, codec)).as(drawn).isEqualTo(sum);
    }
  }

  @Test
  void twoSettingsTellOfOneSize() {
    assertThat(Packets.of(null, null)).isEqualTo(new Packets.OfElements(1));
    assertThat(Packets.of(7, 0)).isEqualTo(new Packets.OfElements(7));
    assertThat(Packets.of(null, 1152)).isEqualTo(new Packets.OfBytes(1152));
    assertThatThrownBy(() -> Packets.of(7, 1152))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("packetElements is 7, must be left out: packetBytes counts packets in bytes");
    assertThatThrownBy(() -> Packets.of(null, -1))
        .hasMessage("packetBytes is -1, must be 0 (packets are counted in elements) or more");
  }

  @Test
  void packetsThatHoldNothingAreRefused() {
    assertThatThrownBy(() -> new Packets.OfBytes(0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("packetBytes is 0, must be at least 1");
    assertThatThrownBy(() -> new Packets.OfBytes(3).requireRoom(Codec.F32))
        .hasMessage("packetBytes is 3, must be at least 4, which an element in f32 takes");
    assertThatThrownBy(() -> new Packets.OfBytes(4).requireRoom(Codec.INT4))
        .hasMessageContaining("at least 5");
    new Packets.OfBytes(5).requireRoom(Codec.INT8);
  }
}
