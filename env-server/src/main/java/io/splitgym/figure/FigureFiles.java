package io.splitgym.figure;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.internal.chartpart.Chart;

/** A chart as two files of one name. Needs no display. */
public final class FigureFiles {
  private FigureFiles() {}

  /**
   * Writes {@code NAME.svg} and {@code NAME.png}.
   *
   * @param folder made where it is missing
   * @return the files, the SVG first
   */
  public static List<Path> write(Path folder, String name, Chart<?, ?> chart) throws IOException {
    Files.createDirectories(folder);
    Path svg = folder.resolve(name + ".svg");
    Path png = folder.resolve(name + ".png");
    ByteArrayOutputStream drawn = new ByteArrayOutputStream();
    VectorGraphicsEncoder.saveVectorGraphic(chart, drawn, VectorGraphicsFormat.SVG);
    Files.writeString(svg, CompactSvg.of(drawn.toString(StandardCharsets.UTF_8)));
    try (OutputStream stream = Files.newOutputStream(png)) {
      BitmapEncoder.saveBitmap(chart, stream, BitmapFormat.PNG);
    }
    return List.of(svg, png);
  }
}
