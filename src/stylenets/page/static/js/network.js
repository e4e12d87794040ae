// A network of the page: its graph, its style rows, and for any style what tells a picture's row.

import { halved } from "./tensors.js";

async function fetched(path) {
  const response = await fetch(new URL(`../${path}`, import.meta.url));
  if (!response.ok) throw new Error(`cannot load ${path}: ${response.status}`);
  return response.arrayBuffer();
}

export class Network {
  /** Load what the page's list says of a network. */
  static async open(runtime, about) {
    const [graph, numbers] = await Promise.all([fetched(about.graph), fetched(about.rows)]);
    const made = new Network();
    made.runtime = runtime;
    made.about = about;
    made.session = await made.#session(graph);
    const rows = new Float32Array(numbers);
    made.length = rows.length / about.styles.length;
    made.rows = new Map(
      about.styles.map((name, n) => [name, rows.subarray(n * made.length, (n + 1) * made.length)]),
    );
    return made;
  }

  #session(graph) {
    const { ort, provider } = this.runtime;
    return ort.InferenceSession.create(graph, { executionProviders: [provider] });
  }

  /** Learn a style from its picture (planes), under a name. */
  async learn(name, planes) {
    this.encoder ??= await this.#session(await fetched(this.about.encoder));
    const { rows } = await this.encoder.run({ style: this.#tensor(planes) });
    this.rows.set(name, rows.data);
  }

  /** The row of a mix {name: share}. */
  mixed(mix) {
    const row = new Float32Array(this.length);
    for (const [name, share] of Object.entries(mix)) {
      this.rows.get(name).forEach((number, place) => (row[place] += share * number));
    }
    return row;
  }

  /** Paint planes by rows, and the share that each has. */
  async paint(planes, rows, full) {
    const { painted } = await this.session.run(this.#given(planes, rows, full));
    return { data: painted.data, dims: painted.dims };
  }

  /**
   * What a segment of the network makes of planes that it sees, as far as it is kept.
   *
   * `kept` is {left, top, width, height} in features of the innermost size. Found are the means and
   * the variances of what its norms see there.
   */
  async segment(number, planes, rows, full, statistics, kept) {
    const session = await this.#segmentSession(number);
    const { picture, ...shared } = this.#given(planes, rows, full);
    const corner = (row, column) => new this.runtime.ort.Tensor("int64", [row, column].map(BigInt));
    const { after, found } = await session.run({
      ...shared,
      before: picture,
      statistics: this.#tensor({ data: statistics, dims: [1, this.length, 1, 1] }),
      start: corner(kept.top, kept.left),
      end: corner(kept.top + kept.height, kept.left + kept.width),
    });
    return { after: { data: after.data, dims: after.dims }, found: found.data };
  }

  async #segmentSession(number) {
    this.segments ??= [];
    this.segments[number] ??= await this.#session(
      await fetched(this.about.segments[number].graph),
    );
    return this.segments[number];
  }

  #given(planes, rows, full) {
    const table = new Float32Array(rows.length * this.length);
    rows.forEach((row, column) => {
      row.forEach((number, place) => (table[place * rows.length + column] = number));
    });
    const half = halved(full);
    return {
      picture: this.#tensor(planes),
      rows: this.#tensor({ data: table, dims: [this.length, rows.length, 1, 1] }),
      full: this.#tensor(full),
      half: this.#tensor(half),
      quarter: this.#tensor(halved(half)),
    };
  }

  #tensor({ data, dims }) {
    return new this.runtime.ort.Tensor("float32", data, dims);
  }
}
