package io.splitgym.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.random.RandomStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {
  private static final int F32 = 0;
  private static final int F16 = 1;
  private static final int Q8_0 = 8;
  private static final int BF16 = 30;

  /** Bytes of the real file before its tensors' numbers. */
  private static final int HEADER = 880;

  /** What opening a small file may allocate, its own size included. */
  private static final long BOUND = 1 << 20;

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
    Metadata metadata = file.metadata();
    assertThat(metadata.text("name")).isEqualTo("tiny");
    assertThat(metadata.find("count", Long.class)).contains(4294967295L);
    assertThat(metadata.flag("flag")).isTrue();
    assertThat(metadata.find("small", Long.class)).contains(-3L);
    assertThat(metadata.number("base")).isEqualTo(100_000);
    assertThat(metadata.texts("words")).containsExactly("a", "b");
    assertThat(metadata.findCount("absent")).isEmpty();
    assertThatThrownBy(() -> metadata.text("absent")).hasMessageContaining("absent is missing");
    assertThatThrownBy(() -> metadata.text("flag"))
        .hasMessageContaining("flag is true, must be a text");
    assertThatThrownBy(() -> metadata.text("words"))
        .hasMessageContaining("words is a list of 2, must be a text");
    assertThatThrownBy(() -> metadata.wholeNumbers("words"))
        .hasMessageContaining(
            "words is a list that begins with a, must be a list of whole numbers");
    assertThatThrownBy(() -> metadata.count("small"))
        .hasMessageContaining("small is -3, must be in [1, 2147483647]");
  }

  @Test
  void listsTheOutermostDimensionFirst() throws IOException {
    GgufFixture fixture = GgufFixture.version(2, 1, 0).tensor("w", F32, 0, 3, 2).align();
    for (int i = 0; i < 6; i++) {
      fixture.int32(Float.floatToIntBits(i));
    }
    GgufFile file = open(fixture);
    assertThat(file.tensors().values())
        .extracting(MappedTensor::shape)
        .containsExactly(List.of(2, 3));
    assertThat(floats(file, "w")).containsExactly(0, 1, 2, 3, 4, 5);
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
    assertThat(floats(file, "half")).containsExactly(1f, 0x1p-24f, -2f, Float.POSITIVE_INFINITY);
    assertThat(floats(file, "brain")).containsExactly(1f, -2f);
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

  @Test
  void refusesTensorsThatOverlapOrStandThereTwice() {
    refuses(
        GgufFixture.version(3, 2, 0)
            .tensor("a", F32, 0, 16)
            .tensor("b", F32, 32, 4)
            .align()
            .raw(new byte[64]),
        "tensors a and b overlap");
    refuses(
        GgufFixture.version(3, 2, 0)
            .tensor("a", F32, 0, 4)
            .tensor("a", F32, 32, 4)
            .align()
            .raw(new byte[64]),
        "tensor a stands there twice");
  }

  @Test
  void refusesNamesLongerThanAnyModelHas() {
    String name = "w".repeat(1025);
    refuses(
        GgufFixture.version(3, 1, 0).tensor(name, F32, 0, 4).align().raw(new byte[64]),
        "length of name of tensor 0 is 1025, must be at most 1024");
  }

  @Test
  void everyTruncationOfARealFileIsRefused() throws IOException {
    byte[] sound = DequantiserTest.resource("quantised.gguf");
    for (int length = 0; length < sound.length; length += length < 2000 ? 1 : 97) {
      Path file = Files.write(folder.resolve("short.gguf"), Arrays.copyOf(sound, length));
      assertThatThrownBy(() -> GgufFile.open(file))
          .as("%d bytes", length)
          .isInstanceOf(MalformedCheckpointException.class)
          .hasMessageContaining("short.gguf: ");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void noMutationOfARealHeaderCrashesOrTakesMoreMemoryThanTheFileAndABound(long seed)
      throws IOException {
    byte[] sound = DequantiserTest.resource("quantised.gguf");
    RandomStream random = RandomStream.ofSeed(seed);
    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] mutated = Mutation.of(sound, HEADER, random);
      Path file = Files.write(folder.resolve("mutated.gguf"), mutated);
      Allocation allocation = new Allocation();
      try {
        GgufFile opened = GgufFile.open(file);
        assertThat(allocation.bytes()).as("seed %d, mutation %d", seed, i).isLessThan(BOUND);
        for (String name : opened.tensors().keySet()) {
          assertThat(floats(opened, name)).hasSize((int) opened.tensors().get(name).elements());
        }
        for (String key : opened.metadata().keys()) {
          opened.metadata().find(key, List.class).ifPresent(list -> list.forEach(value -> {}));
        }
      } catch (MalformedCheckpointException e) {
        refused++;
        assertThat(allocation.bytes()).as("seed %d, mutation %d", seed, i).isLessThan(BOUND);
        assertThat(e).as("seed %d, mutation %d", seed, i).hasMessageContaining("mutated.gguf: ");
      }
    }
    assertThat(refused).isBetween(100, 999);
  }

  private GgufFixture aligned(int type) {
    return GgufFixture.version(3, 0, 1).text("general.alignment").int32(type);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4, 24, 1 << 21})
  void theAlignmentIsAPowerOfTwoOfAtLeastEight(int alignment) throws IOException {
    refuses(
        aligned(4).int32(alignment),
        "general.alignment is " + alignment + ", must be a power of two in [8, 1048576]");
    assertThat(open(aligned(4).int32(64)).tensors()).isEmpty();
  }

  @Test
  void anAlignmentOfAnotherKindIsRefusedByItsValue() {
    refuses(aligned(8).text("x"), "general.alignment is x, must be a whole number");
  }

  @Test
  void allListsTogetherHaveABoundedNumberOfTexts() throws IOException {
    long most = 1 << 23;
    GgufFixture fixture = GgufFixture.version(3, 0, 2);
    fixture.text("one").int32(9).int32(8).int64(2).text("a").text("b");
    Path file = fixture.text("two").int32(9).int32(8).int64(most - 1).write(folder);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(1 << 27);
    }
    assertThatThrownBy(() -> GgufFile.open(file))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining("length of two is 8388607, must be at most 8388606");
  }

  @Test
  void longListsStayInTheFile() throws IOException {
    long size = 1 << 26;
    int truthValues = 7;
    int texts = 8;
    for (int kind : List.of(truthValues, texts)) {
      int width = kind == texts ? 8 : 1;
      Path file =
          GgufFixture.version(3, 0, 1)
              .text("list")
              .int32(9)
              .int32(kind)
              .int64((size - 64) / width)
              .write(folder);
      try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
        sparse.setLength(size);
      }
      Allocation allocation = new Allocation();
      GgufFile opened = GgufFile.open(file);
      assertThat(allocation.bytes()).as("kind %d", kind).isLessThan(size + BOUND);
      assertThat(opened.metadata().find("list", List.class).orElseThrow().size())
          .isEqualTo((int) (size - 64) / width);
    }
  }

  @Test
  void tensorsBeyondTwoGibibytesAreRead() throws IOException {
    long far = 5L << 30;
    int data = 128;
    int beforeTheEdge = (1 << 30) - 32 - data;
    Path file =
        GgufFixture.version(3, 2, 0)
            .tensor("across", F32, beforeTheEdge, 16)
            .tensor("far", Q8_0, far, 32)
            .align()
            .write(folder);
    assertThat(file).hasSize(data);
    float[] across = new float[16];
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.seek((long) data + beforeTheEdge);
      for (int i = 0; i < across.length; i++) {
        across[i] = i + 0.5f;
        sparse.writeInt(Integer.reverseBytes(Float.floatToIntBits(across[i])));
      }
      sparse.seek(data + far);
      sparse.write(new byte[] {0, 0x40, -3});
      sparse.setLength(data + far + 34);
    }
    GgufFile opened = GgufFile.open(file);
    assertThat(floats(opened, "across")).containsExactly(across);
    assertThat(floats(opened, "far")).startsWith(-6f, 0f).hasSize(32);
  }

  private static float[] floats(GgufFile file, String name) {
    MappedTensor tensor = Optional.ofNullable(file.tensors().get(name)).orElseThrow();
    float[] values = new float[(int) tensor.elements()];
    tensor.widen(0, values.length, values, 0);
    return values;
  }
}
