package io.splitgym.agents.table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Arrays by name in NumPy's npz: a zip of npy files, version 1.0 of NumPy's format (NEP 1), which
 * {@code numpy.load} reads without pickling. The same arrays give the same bytes, always: they are
 * stored as they are, under one date.
 */
final class NpzFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int ALIGNMENT = 64;

  /** The earliest that a zip can tell. */
  private static final LocalDateTime DATE = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ZipOutputStream zip = new ZipOutputStream(bytes);

  /** Numbers as float64, in C order. */
  NpzFile add(String name, double[] values, int... shape) {
    ByteBuffer data = buffer(values.length, Double.BYTES, shape);
    Arrays.stream(values).forEach(data::putDouble);
    return add(name, "<f8", data, shape);
  }

  /** Integers as int64, in C order. */
  NpzFile add(String name, int[] values, int... shape) {
    ByteBuffer data = buffer(values.length, Long.BYTES, shape);
    Arrays.stream(values).forEach(data::putLong);
    return add(name, "<i8", data, shape);
  }

  /** A text, as an array without dimensions. */
  NpzFile add(String name, String text) {
    int[] codePoints = text.codePoints().toArray();
    ByteBuffer data = buffer(codePoints.length, Integer.BYTES, codePoints.length);
    Arrays.stream(codePoints).forEach(data::putInt);
    return add(name, "<U" + codePoints.length, data);
  }

  /** The whole file; nothing can be added after it. */
  byte[] bytes() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static ByteBuffer buffer(int count, int width, int... shape) {
    if (Arrays.stream(shape).reduce(1, Math::multiplyExact) != count) {
      throw new IllegalArgumentException(
          count + " values don't fill the shape " + Arrays.toString(shape));
    }
    return ByteBuffer.allocate(Math.multiplyExact(count, width)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private NpzFile add(String name, String type, ByteBuffer data, int... shape) {
    byte[] header = header(type, shape);
    CRC32 sum = new CRC32();
    sum.update(header);
    sum.update(data.array());
    ZipEntry entry = new ZipEntry(name + ".npy");
    entry.setMethod(ZipEntry.STORED);
    entry.setTimeLocal(DATE);
    entry.setSize((long) header.length + data.capacity());
    entry.setCrc(sum.getValue());
    try {
      zip.putNextEntry(entry);
      zip.write(header);
      zip.write(data.array());
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Padded with spaces, so that the data begins at a multiple of 64 bytes. */
  private static byte[] header(String type, int... shape) {
    // a tuple of one is written with a comma behind it
    String dimensions =
        Arrays.stream(shape).mapToObj(size -> size + ",").collect(Collectors.joining(" "));
    String text =
        "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + dimensions + "), }";
    int before = MAGIC.length + Short.BYTES;
    int length = before + text.length() + 1;
    int padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putShort((short) (padded - before));
    header.put(text.getBytes(StandardCharsets.US_ASCII));
    while (header.position() < padded - 1) {
      header.put((byte) ' ');
    }
    return header.put((byte) '\n').array();
  }
}
