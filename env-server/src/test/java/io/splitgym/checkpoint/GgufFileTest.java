package io.splitgym.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.random.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GgufFileTest {
  private static final int F32 = 0;
  private static final int F16 = 1;
  private static final int Q4_0 = 2;
  private static final int Q4_1 = 3;
  private static final int Q8_0 = 8;
  private static final int BF16 = 30;

  @TempDir private Path folder;

  private GgufFile open(GgufFixture fixture) throws IOException {
    return GgufFile.open(fixture.write(folder));
  }

  private void refuses(GgufFixture fixture, String message) {
    assertThatThrownBy(() -> open(fixture))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void readsMetadataOfEveryKind() throws IOException {
    GgufFile file =
        open(
            GgufFixture.version(3, 0, 6)
                .text("name")
                .int32(8)
                .text("tiny")
                .text("count")
                .int32(4)
                .int32(-1)
                .text("base")
                .int32(6)
                .int32(Float.floatToIntBits(1e5f))
                .text("flag")
                .int32(7)
                .raw((byte) 1)
                .text("words")
                .int32(9)
                .int32(8)
                .int64(2)
                .text("a")
                .text("b")
                .text("small")
                .int32(1)
                .raw((byte) -3));
    assertThat(file.text("name")).isEqualTo("tiny");
    assertThat(file.metadata())
        .containsEntry("count", 4294967295L)
        .containsEntry("flag", true)
        .containsEntry("small", -3L);
    assertThat(file.number("base")).isEqualTo(100_000);
    assertThat(file.texts("words")).containsExactly("a", "b");
    assertThatThrownBy(() -> file.text("absent")).hasMessageContaining("absent is missing");
    assertThatThrownBy(() -> file.text("flag")).hasMessageContaining("flag is no String");
  }

  @Test
  void listsTheOutermostDimensionFirst() throws IOException {
    GgufFixture fixture = GgufFixture.version(2, 1, 0).tensor("w", F32, 0, 3, 2).align();
    for (int i = 0; i < 6; i++) {
      fixture.int32(Float.floatToIntBits(i));
    }
    GgufFile file = open(fixture);
    assertThat(file.tensors().values())
        .extracting(GgufTensor::shape)
        .containsExactly(List.of(2, 3));
    assertThat(file.floats("w", 2, 3)).containsExactly(0, 1, 2, 3, 4, 5);
    assertThatThrownBy(() -> file.floats("w", 3, 2))
        .hasMessageContaining("tensor w has shape [2, 3], must be [3, 2]");
    assertThatThrownBy(() -> file.floats("v", 3, 2)).hasMessageContaining("v is missing");
  }

  @Test
  void widensHalfPrecision() throws IOException {
    GgufFile file =
        open(
            GgufFixture.version(3, 2, 0)
                .tensor("half", F16, 0, 4)
                .tensor("brain", BF16, 32, 2)
                .align()
                .raw((byte) 0, (byte) 0x3C, (byte) 1, (byte) 0, (byte) 0, (byte) 0xC0)
                .raw((byte) 0, (byte) 0x7C)
                .align()
                .raw((byte) 0x80, (byte) 0x3F, (byte) 0, (byte) 0xC0));
    assertThat(file.floats("half", 4)).containsExactly(1f, 0x1p-24f, -2f, Float.POSITIVE_INFINITY);
    assertThat(file.floats("brain", 2)).containsExactly(1f, -2f);
  }

  @Test
  void widensBlocksOfFourAndEightBits() throws IOException {
    byte[] nibbles = new byte[16];
    byte[] quants = new byte[32];
    for (int i = 0; i < 16; i++) {
      nibbles[i] = (byte) (i | 15 - i << 4);
    }
    for (int i = 0; i < 32; i++) {
      quants[i] = (byte) (i - 16);
    }
    GgufFile file =
        open(
            GgufFixture.version(3, 3, 0)
                .tensor("four", Q4_0, 0, 32)
                .tensor("fourWithMinimum", Q4_1, 32, 32)
                .tensor("eight", Q8_0, 64, 32)
                .align()
                .raw((byte) 0, (byte) 0x40)
                .raw(nibbles)
                .align()
                .raw((byte) 0, (byte) 0x40, (byte) 0, (byte) 0xBC)
                .raw(nibbles)
                .align()
                .raw((byte) 0, (byte) 0x38)
                .raw(quants));
    for (int i = 0; i < 16; i++) {
      assertThat(file.floats("four", 32)[i]).isEqualTo(2f * (i - 8));
      assertThat(file.floats("four", 32)[i + 16]).isEqualTo(2f * (7 - i));
      assertThat(file.floats("fourWithMinimum", 32)[i]).isEqualTo(2f * i - 1);
      assertThat(file.floats("fourWithMinimum", 32)[i + 16]).isEqualTo(2f * (15 - i) - 1);
      assertThat(file.floats("eight", 32)[i]).isEqualTo(0.5f * (i - 16));
    }
  }

  @Test
  void refusesWhatIsNotGguf() {
    refuses(new GgufFixture().raw(new byte[64]), "not a GGUF file");
    refuses(new GgufFixture().raw((byte) 'G'), "not a GGUF file");
    refuses(GgufFixture.version(1, 0, 0), "GGUF version is 1, must be 2 or 3");
  }

  @Test
  void refusesCountsThatTheFileCannotHold() {
    refuses(GgufFixture.version(3, 1L << 60, 0), "tensor count is 1152921504606846976");
    refuses(GgufFixture.version(3, -1, 0), "tensor count is 18446744073709551615");
    refuses(GgufFixture.version(3, 0, 1L << 40), "metadata count is 1099511627776");
    refuses(GgufFixture.version(3, 0, 1).int64(1L << 50), "metadata count is 1");
    refuses(
        GgufFixture.version(3, 0, 1).int64(1L << 50).raw(new byte[20]),
        "length of metadata key 0 is 1125899906842624");
    refuses(
        GgufFixture.version(3, 0, 1).text("list").int32(9).int32(4).int64(1L << 60),
        "length of list is 1152921504606846976");
  }

  @Test
  void refusesArraysOfArraysAndUnknownTypes() {
    refuses(
        GgufFixture.version(3, 0, 1).text("nested").int32(9).int32(9).int64(0),
        "nested is an array of type 9");
    refuses(GgufFixture.version(3, 0, 1).text("odd").int32(77).int64(0), "odd has type 77");
    refuses(
        GgufFixture.version(3, 1, 0).tensor("w", 99, 0, 32).align().raw(new byte[64]),
        "type of tensor w is 99");
  }

  @Test
  void refusesTensorsOutsideTheFileOrOfImpossibleShape() {
    refuses(
        GgufFixture.version(3, 1, 0).tensor("w", F32, 0, 1000).align().raw(new byte[64]),
        "tensor w is at offset 0 with 4000 bytes");
    refuses(
        GgufFixture.version(3, 1, 0).tensor("w", F32, -32, 4).align().raw(new byte[64]),
        "tensor w is at offset -32");
    refuses(
        GgufFixture.version(3, 1, 0).tensor("w", F32, 8, 4).align().raw(new byte[64]),
        "must be a multiple of 32");
    refuses(
        GgufFixture.version(3, 1, 0).tensor("w", Q8_0, 0, 33).align().raw(new byte[64]),
        "tensor w has rows of 33, must be a multiple of 32");
    refuses(
        GgufFixture.version(3, 1, 0).tensor("w", F32, 0, -4).align().raw(new byte[64]),
        "tensor w has a dimension of -4");
    refuses(
        GgufFixture.version(3, 1, 0)
            .tensor("w", F32, 0, 1L << 30, 1L << 30, 1L << 30, 1L << 30)
            .align(),
        "more elements than a file can hold");
  }

  static LongStream seeds() {
    return LongStream.range(0, 2000);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aMutatedHeaderIsReadOrRefusedButNeverCrashes(long seed) throws IOException {
    byte[] sound =
        GgufFixture.version(3, 2, 3)
            .text("general.alignment")
            .int32(4)
            .int32(32)
            .text("words")
            .int32(9)
            .int32(8)
            .int64(2)
            .text("a")
            .text("b")
            .text("base")
            .int32(6)
            .int32(1)
            .tensor("a", F32, 0, 4, 2)
            .tensor("b", Q8_0, 32, 32)
            .align()
            .raw(new byte[80])
            .array();
    RandomStream random = RandomStream.ofSeed(seed);
    byte[] mutated =
        random.nextDouble() < 0.3
            ? java.util.Arrays.copyOf(sound, random.nextInteger(0, sound.length - 1))
            : sound.clone();
    int changes = random.nextInteger(mutated.length < sound.length ? 0 : 1, 4);
    for (int i = 0; i < changes && mutated.length > 0; i++) {
      mutated[random.nextInteger(0, mutated.length - 1)] = (byte) random.nextInteger(-128, 127);
    }
    Path file = Files.write(folder.resolve("mutated.gguf"), mutated);
    try {
      GgufFile opened = GgufFile.open(file);
      for (GgufTensor tensor : opened.tensors().values()) {
        int[] shape = tensor.shape().stream().mapToInt(Integer::intValue).toArray();
        assertThat(opened.floats(tensor.name(), shape)).hasSize((int) tensor.elements());
      }
    } catch (MalformedCheckpointException e) {
      assertThat(e).as("seed %d", seed).hasMessageContaining("mutated.gguf: ");
    }
  }
}
