// Rectangles of planes {data, dims}: dims are 1, channels, height, width.

const Stored = globalThis.Float16Array ?? Float32Array; // half the memory, where the browser has it

/** Planes of zeros, to keep what lies between two segments of a network. */
export function empty(channels, height, width) {
  return { data: new Stored(channels * height * width), dims: [1, channels, height, width] };
}

/** Call `act` with where each line of a rectangle begins in planes, and where in its own. */
function lines({ dims }, { left, top, width, height }, act) {
  const [, channels, rows, columns] = dims;
  for (let line = 0; line < channels * height; line++) {
    const row = Math.floor(line / height) * rows + top + (line % height);
    act(row * columns + left, line * width);
  }
}

/** A rectangle {left, top, width, height} of planes, as a network takes it. */
export function part(planes, rectangle) {
  const { width, height } = rectangle;
  const channels = planes.dims[1];
  const data = new Float32Array(channels * height * width);
  lines(planes, rectangle, (from, to) => data.set(planes.data.subarray(from, from + width), to));
  return { data, dims: [1, channels, height, width] };
}

/** Write a rectangle into planes. */
export function put(planes, { data }, rectangle) {
  const { width } = rectangle;
  lines(planes, rectangle, (to, from) => planes.data.set(data.subarray(from, from + width), to));
}

/** Add a share of a rectangle to planes. */
export function add(planes, { data }, rectangle, share) {
  lines(planes, rectangle, (to, from) => {
    for (let n = 0; n < rectangle.width; n++) planes.data[to + n] += share * data[from + n];
  });
}
