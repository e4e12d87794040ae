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
    return this.#painted(await this.session.run(this.#given(planes, rows, full)));
  }

  /** The mean and the variance that every norm would see. */
  async statistics(planes, rows, full) {
    const nothing = { data: new Float32Array(this.length), dims: [1, this.length, 1, 1] };
    const { found } = await this.#runTiles(planes, rows, full, nothing, true);
    return { data: found.data, dims: found.dims };
  }

  /** The statistics of all of [{area, moments}] together. */
  merged(parts) {
    const total = parts.reduce((sum, { area }) => sum + area, 0);
    const means = new Float32Array(this.length);
    for (const { area, moments } of parts) {
      moments.data.forEach((value, place) => (means[place] += (area / total) * value));
    }
    let first = 0; // of a norm: its means are followed by as many variances
    for (const channels of this.about.channels) {
      for (let place = first; place < first + channels; place++) {
        for (const { area, moments } of parts) {
          means[place + channels] += (area / total) * (moments.data[place] - means[place]) ** 2;
        }
      }
      first += 2 * channels;
    }
    return { data: means, dims: [1, this.length, 1, 1] };
  }

  /** Paint a part of a large picture by the statistics of the whole. */
  async paintTile(planes, rows, full, statistics) {
    return this.#painted(await this.#runTiles(planes, rows, full, statistics, false));
  }

  async #runTiles(planes, rows, full, statistics, own) {
    this.tiles ??= await this.#session(await fetched(this.about.tiles));
    const { Tensor } = this.runtime.ort;
    return this.tiles.run({
      ...this.#given(planes, rows, full),
      statistics: this.#tensor(statistics),
      own: new Tensor("bool", Uint8Array.of(own ? 1 : 0), []),
    });
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

  #painted({ painted }) {
    return { data: painted.data, dims: painted.dims };
  }

  #tensor({ data, dims }) {
    return new this.runtime.ort.Tensor("float32", data, dims);
  }
}
