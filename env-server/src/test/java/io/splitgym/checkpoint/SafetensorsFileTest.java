package io.splitgym.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.checkpoint.SafetensorsFile.Tensor;
import io.splitgym.random.RandomStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
  private static final SafetensorsFile FILE =
      new SafetensorsFile(
          new TreeMap<>(Map.of("who", "Zo\u00eb \"quoted\"", "empty", "")),
          new TreeMap<>(
              Map.of(
                  "b", new Tensor(List.of(2, 3), new float[] {1, -0f, 3, 4, Float.MIN_VALUE, 6}),
                  "a", new Tensor(List.of(1), new float[] {(float) Math.PI}))));

  private static byte[] file(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .array();
  }

  @Test
  void whatIsWrittenReadsBack() throws Exception {
    byte[] bytes = FILE.write();
    assertThat(SafetensorsFile.read(bytes)).isEqualTo(FILE);
    assertThat(SafetensorsFile.read(bytes).write()).isEqualTo(bytes);
  }

  @Test
  void tensorsAreAlignedAndLittleEndian() {
    ByteBuffer bytes = ByteBuffer.wrap(FILE.write()).order(ByteOrder.LITTLE_ENDIAN);
    long header = bytes.getLong(0);
    assertThat(header % 8).isZero();
    assertThat(bytes.getFloat(8 + (int) header)).isEqualTo((float) Math.PI);
    assertThat(bytes.capacity()).isEqualTo(8 + header + 7 * 4);
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] bytes = FILE.write();
    for (int length = 0; length < bytes.length; length++) {
      byte[] shorter = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> SafetensorsFile.read(shorter))
          .as("%d bytes", length)
          .isInstanceOf(MalformedCheckpointException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void noFlippedByteDoesWorseThanBeRefused(long seed) {
    RandomStream random = RandomStream.ofSeed(seed);
    for (int i = 0; i < 500; i++) {
      byte[] bytes = FILE.write();
      bytes[random.nextInteger(0, bytes.length - 1)] = (byte) random.nextInteger(-128, 127);
      try {
        SafetensorsFile.read(bytes);
      } catch (MalformedCheckpointException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "{'a'=1|8|not JSON",
        "[1,2]|0|not a JSON object",
        "{'a':{'dtype':'BF16','shape':[2],'data_offsets':[0,4]}}|4|BF16",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}|4|shape [2]",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,8]}}|4|offsets",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}}|4|offsets",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[-4,0]}}|4|offsets",
        "{'a':{'dtype':'F32','shape':[1.5],'data_offsets':[0,4]}}|4|integers",
        "{'a':{'dtype':'F32','shape':[0],'data_offsets':[0,0]}}|0|shape",
        "{'a':{'dtype':'F32','shape':[99999999999,99999999999],'data_offsets':[0,4]}}|4|shape",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}|8|8 for them",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}|8|begin at 0",
        "{'__metadata__':{'a':1}}|0|must be a string",
        "{'__metadata__':3}|0|not a JSON object",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{}}|4|not JSON",
        "{} {}|0|not JSON",
      })
  void aWrongHeaderIsRefusedByName(String header, int dataBytes, String named) {
    assertThatThrownBy(() -> SafetensorsFile.read(file(header.replace('\'', '"'), dataBytes)))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining(named);
  }

  @Test
  void overlappingTensorsAreRefused() {
    String tensor = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
    assertThatThrownBy(
            () -> SafetensorsFile.read(file("{\"a\":" + tensor + ",\"b\":" + tensor + "}", 4)))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining("overlap");
  }

  @Test
  void aHeaderLongerThanTheFileIsRefusedBeforeAnythingIsReserved() {
    byte[] bytes = FILE.write();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
    assertThatThrownBy(() -> SafetensorsFile.read(bytes))
        .isInstanceOf(MalformedCheckpointException.class)
        .hasMessageContaining("header length is 9223372036854775807");
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, -1);
    assertThatThrownBy(() -> SafetensorsFile.read(bytes))
        .hasMessageContaining("header length is 18446744073709551615");
  }
}
