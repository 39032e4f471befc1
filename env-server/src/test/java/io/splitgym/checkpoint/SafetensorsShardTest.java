package io.splitgym.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.random.RandomStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsShardTest {
  private static final String REAL =
      "/io/splitgym/decoder/tiny-llama/model-00001-of-00003.safetensors";

  /** What opening a small file may allocate, its own size included. */
  private static final long BOUND = 1 << 20;

  @TempDir private Path folder;

  private Path file(String header, int dataBytes) throws IOException {
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    byte[] bytes =
        ByteBuffer.allocate(8 + json.length + dataBytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .array();
    return Files.write(folder.resolve("some.safetensors"), bytes);
  }

  private static float[] floats(SafetensorsShard shard, String name) throws IOException {
    return CheckpointTensor.of("file", name, shard.tensor(name), new Arrangement.Same()).floats();
  }

  @Test
  void readsTheThreeFloatingPointTypesAndLeavesOthersAlone() throws IOException {
    Path file =
        file(
            "{'__metadata__':{'format':'pt'},"
                + "'a':{'dtype':'F32','shape':[1,2],'data_offsets':[0,8]},"
                + "'b':{'dtype':'F16','shape':[2],'data_offsets':[8,12]},"
                + "'c':{'dtype':'BF16','shape':[],'data_offsets':[12,14]},"
                + "'d':{'dtype':'I64','shape':[1],'data_offsets':[14,22]},"
                + "'e':{'dtype':'F32','shape':[0,7],'data_offsets':[22,22]}}   ",
            22);
    try (RandomAccessFile data = new RandomAccessFile(file.toFile(), "rw")) {
      data.seek(data.length() - 22);
      data.write(new byte[] {0, 0, (byte) 0x80, 0x3F, 0, 0, 0, (byte) 0xC0});
      data.write(new byte[] {0, 0x3C, 0, (byte) 0xBC, 0, 0x40});
    }
    SafetensorsShard shard = SafetensorsShard.open(file);
    assertThat(floats(shard, "a")).containsExactly(1, -2);
    assertThat(floats(shard, "b")).containsExactly(1, -1);
    assertThat(floats(shard, "c")).containsExactly(2);
    assertThat(floats(shard, "e")).isEmpty();
    assertThat(shard.contains("d")).isTrue();
    assertThatThrownBy(() -> shard.tensor("d"))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining("tensor d has type I64, must be F32, F16 or BF16");
    assertThatThrownBy(() -> shard.tensor("z")).hasMessageContaining("tensor z is missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a'=1|8|not JSON",
        "[1,2]|0|not a JSON object",
        "{'a':1}|0|a in the header is not a JSON object",
        "{'a':{'dtype':'F32','shape':[1]}}|4|a lacks dtype, shape or data_offsets",
        "{'a':{'dtype':'Q4','shape':[2],'data_offsets':[0,4]}}|4|tensor a has type Q4",
        "{'a':{'dtype':7,'shape':[2],'data_offsets':[0,4]}}|4|tensor a has type 7",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}|4|must have 8",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,8]}}|4|tensor a has offsets [0, 8]",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}}|4|tensor a has offsets",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[-4,0]}}|4|tensor a has offsets",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0]}}|4|tensor a has offsets",
        "{'a':{'dtype':'F32','shape':[1.5],'data_offsets':[0,4]}}|4|a: shape must be a list",
        "{'a':{'dtype':'F32','shape':[1,1,1,1,1,1,1,1,1],'data_offsets':[0,4]}}|4|at most 8",
        "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}|4|a has shape [-1]",
        "{'a':{'dtype':'F32','shape':[99999999999,9],'data_offsets':[0,4]}}|4|a has shape",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,99999999999999999999]}}|4|not JSON",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}|8|8 for them",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}|4|tensor a has offsets",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}|8|a begins at byte 4",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{}}|4|a lacks dtype",
        "{} {}|0|something follows",
      })
  void aWrongHeaderIsRefusedByName(String header, int dataBytes, String named) throws IOException {
    Path file = file(header, dataBytes);
    assertThatThrownBy(() -> SafetensorsShard.open(file))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining("some.safetensors: ")
        .hasMessageContaining(named);
  }

  @Test
  void overlappingTensorsAreRefused() throws IOException {
    String tensor = "{'dtype':'F32','shape':[2],'data_offsets':[%d,%d]}";
    Path file =
        file("{'a':" + tensor.formatted(0, 8) + ",'b':" + tensor.formatted(4, 12) + "}", 12);
    assertThatThrownBy(() -> SafetensorsShard.open(file))
        .hasMessageContaining("tensor b begins at byte 4, must begin at 8");
  }

  @Test
  void everyTruncationOfARealFileIsRefused() throws IOException {
    byte[] sound = DequantiserTest.resource(REAL);
    for (int length = 0; length < sound.length; length += length < 1000 ? 1 : 97) {
      Path file = Files.write(folder.resolve("short.safetensors"), Arrays.copyOf(sound, length));
      assertThatThrownBy(() -> SafetensorsShard.open(file))
          .as("%d bytes", length)
          .isInstanceOf(MalformedCheckpointException.class)
          .hasMessageContaining("short.safetensors: ");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void noMutationOfARealHeaderCrashesOrTakesMoreMemoryThanTheFileAndABound(long seed)
      throws IOException {
    byte[] sound = DequantiserTest.resource(REAL);
    int header = 8 + (int) ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getLong();
    RandomStream random = RandomStream.ofSeed(seed);
    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      byte[] mutated = Mutation.of(sound, header, random);
      Path file = Files.write(folder.resolve("mutated.safetensors"), mutated);
      Allocation allocation = new Allocation();
      try {
        SafetensorsShard opened = SafetensorsShard.open(file);
        assertThat(allocation.bytes()).as("seed %d, mutation %d", seed, i).isLessThan(BOUND);
        for (String name : opened.names()) {
          floats(opened, name);
        }
      } catch (MalformedCheckpointException e) {
        refused++;
        assertThat(allocation.bytes()).as("seed %d, mutation %d", seed, i).isLessThan(BOUND);
        assertThat(e.getMessage()).as("seed %d, mutation %d", seed, i).isNotBlank();
      }
    }
    assertThat(refused).isBetween(100, 1000);
  }

  @Test
  void aHeaderIsNoBomb() throws IOException {
    String text = "x".repeat(20_000_000);
    String many = "'t%d':{'dtype':'U8','shape':[0],'data_offsets':[0,0]},";
    StringBuilder tensors = new StringBuilder("{");
    for (int i = 0; i < 70_000; i++) {
      tensors.append(many.formatted(i));
    }
    for (String header :
        List.of(
            "{'__metadata__':{'a':'" + text + "'}}",
            "{'" + text + "':{}}",
            "{'a':{'dtype':'" + text + "','shape':[],'data_offsets':[0,4]}}",
            "{'a':{'x':" + "[".repeat(5_000_000),
            "{'a':{'shape':[" + "1,".repeat(5_000_000),
            "{'a':{'shape':[" + "1".repeat(5_000_000) + "]}}",
            tensors + "'z':{}}")) {
      Path file = file(header, 0);
      Allocation allocation = new Allocation();
      try {
        assertThat(SafetensorsShard.open(file).names()).isEmpty();
      } catch (MalformedCheckpointException e) {
        assertThat(e.getMessage()).hasSizeLessThan(3_000);
      }
      assertThat(allocation.bytes())
          .as("%s...", header.substring(0, 40))
          .isLessThan(Files.size(file) + 64 * BOUND);
    }
  }

  @Test
  void tensorsBeyondTwoGibibytesAreRead() throws IOException {
    long far = 5L << 30;
    Path file =
        file(
            "{'near':{'dtype':'F16','shape':[4,671088640],'data_offsets':[0,5368709120]},"
                + "'far':{'dtype':'F32','shape':[2],'data_offsets':[5368709120,5368709128]}}",
            0);
    long data = Files.size(file);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.seek(data + far);
      sparse.writeInt(Integer.reverseBytes(Float.floatToIntBits(1.5f)));
      sparse.writeInt(Integer.reverseBytes(Float.floatToIntBits(-2.5f)));
    }
    SafetensorsShard shard = SafetensorsShard.open(file);
    assertThat(floats(shard, "far")).containsExactly(1.5f, -2.5f);
    assertThatThrownBy(() -> floats(shard, "near"))
        .hasMessageContaining("2684354560 elements, too many for an array");
  }
}
