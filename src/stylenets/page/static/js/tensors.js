// Between the pixels of a canvas (RGBA, 0 to 255) and a network's numbers (RGB planes, 0 to 1).

const STEP = 4; // a network takes sides that this divides

const padded = (length) => Math.ceil(length / STEP) * STEP;

/** Pixels as {data, dims}; the last row and column are repeated up to a multiple of STEP. */
export function toPlanes({ data, width, height }) {
  const rows = padded(height);
  const columns = padded(width);
  const area = rows * columns;
  const planes = new Float32Array(3 * area);
  for (let y = 0, place = 0; y < rows; y++) {
    const line = Math.min(y, height - 1) * width;
    for (let x = 0; x < columns; x++, place++) {
      const pixel = 4 * (line + Math.min(x, width - 1));
      planes[place] = data[pixel] / 255;
      planes[place + area] = data[pixel + 1] / 255;
      planes[place + 2 * area] = data[pixel + 2] / 255;
    }
  }
  return { data: planes, dims: [1, 3, rows, columns] };
}

/** The upper left of planes as pixels; what is out of range is clamped. */
export function toPixels({ data, dims }, width, height) {
  const [, , rows, columns] = dims;
  const area = rows * columns;
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel += 4) {
      const place = y * columns + x;
      pixels[pixel] = 255 * data[place];
      pixels[pixel + 1] = 255 * data[place + area];
      pixels[pixel + 2] = 255 * data[place + 2 * area];
      pixels[pixel + 3] = 255;
    }
  }
  return { data: pixels, width, height };
}

/** A rectangle {left, top, width, height} out of lines of `width` times `step` numbers. */
export function cut({ data, width }, { left, top, width: columns, height }, step) {
  const part = new data.constructor(step * columns * height);
  for (let y = 0; y < height; y++) {
    const first = step * ((top + y) * width + left);
    part.set(data.subarray(first, first + step * columns), step * y * columns);
  }
  return part;
}

/**
 * Which look has which pixel, as a map of 0 and 1 for each look; `labels` is as the pixels are.
 * Without labels it is one share for the whole picture.
 */
export function sharesOf(labels, width, height, looks) {
  if (!labels) return { data: Float32Array.of(1), dims: [1, 1, 1, 1] };
  const rows = padded(height);
  const columns = padded(width);
  const shares = new Float32Array(looks * rows * columns);
  for (let y = 0, place = 0; y < rows; y++) {
    const line = Math.min(y, height - 1) * width;
    for (let x = 0; x < columns; x++, place++) {
      shares[labels[line + Math.min(x, width - 1)] * rows * columns + place] = 1;
    }
  }
  return { data: shares, dims: [1, looks, rows, columns] };
}

/** Maps at half the size: the mean of every four pixels. One share stays as it is. */
export function halved({ data, dims }) {
  const [, looks, height, width] = dims;
  if (height === 1) return { data, dims };
  const rows = height / 2;
  const columns = width / 2;
  const result = new Float32Array(looks * rows * columns);
  for (let place = 0, line = 0; line < looks * rows; line++) {
    for (let x = 0; x < columns; x++, place++) {
      const above = 2 * line * width + 2 * x;
      const below = above + width;
      result[place] = (data[above] + data[above + 1] + data[below] + data[below + 1]) / 4;
    }
  }
  return { data: result, dims: [1, looks, rows, columns] };
}
