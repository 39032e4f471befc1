package io.splitgym.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.random.RandomStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ProductsTest {
  private final RandomStream random = RandomStream.ofSeed(5);

  @Test
  void testsRunWithVectors() {
    assertThat(Products.ofThisJava()).isInstanceOf(VectorProducts.class);
  }

  /** Shapes of whole tiles, and of what remains beside them. */
  @ParameterizedTest
  @CsvSource({
    "4,3,32",
    "100,64,64",
    "64,100,64",
    "1,64,64",
    "9,7,64",
    "5,64,16",
    "6,1,16",
    "3,5,9",
    "7,11,61",
    "1,1,1",
    "4,0,32"
  })
  void bothAddFromLeftToRightToTheBit(int rows, int inner, int columns) {
    for (boolean transposed : new boolean[] {false, true}) {
      int rowStep = transposed ? 1 : inner + 3;
      int innerStep = transposed ? rows + 2 : 1;
      float[] factors = drawn(5 + rows * inner + 3 * (rows + inner + 3));
      float[] terms = drawn(7 + inner * (columns + 1));
      float[] sums = drawn(2 + rows * (columns + 4));
      float[] expected = sums.clone();
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          float sum = sums[2 + row * (columns + 4) + column];
          for (int k = 0; k < inner; k++) {
            sum =
                Math.fma(
                    factors[5 + row * rowStep + k * innerStep],
                    terms[7 + k * (columns + 1) + column],
                    sum);
          }
          expected[2 + row * (columns + 4) + column] = sum;
        }
      }
      for (Products products : new Products[] {new PlainProducts(), new VectorProducts()}) {
        float[] actual = sums.clone();
        products.add(
            factors,
            5,
            rowStep,
            innerStep,
            terms,
            7,
            columns + 1,
            actual,
            2,
            columns + 4,
            rows,
            inner,
            columns);
        assertThat(actual).as(products.description()).containsExactly(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("both")
  void preparedTermsGiveTheSame(Products products) {
    for (int columns : new int[] {16, 32, 48, 128, 5}) {
      float[] factors = drawn(6 * 9);
      float[] terms = drawn(7 * columns);
      float[] sums = drawn(6 * columns);
      float[] expected = sums.clone();
      products.add(factors, 0, 9, 1, terms, 0, columns, expected, 0, columns, 6, 7, columns);
      products.add(factors, 9, products.prepare(terms, 7, columns), sums, columns, 6);
      assertThat(sums).containsExactly(expected);
    }
  }

  static Stream<Arguments> both() {
    return Stream.of(Arguments.of(new PlainProducts()), Arguments.of(new VectorProducts()));
  }

  @ParameterizedTest
  @MethodSource("both")
  void scalarProductsAddPartsPairwise(Products products) {
    float[] first = drawn(50);
    float[] second = drawn(51);
    float[] parts = new float[8];
    for (int i = 0; i < 48; i++) {
      parts[i % 8] = Math.fma(first[2 + i], second[3 + i], parts[i % 8]);
    }
    for (int half = 4; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        parts[i] = parts[i] + parts[i + half];
      }
    }
    assertThat(products.scalar(first, 2, second, 3, 48, new float[8])).isEqualTo(parts[0]);
  }

  private float[] drawn(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextUniform(-1, 1);
    }
    return values;
  }
}
