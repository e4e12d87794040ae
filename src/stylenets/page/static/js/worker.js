// Where networks run, so that the page stays alive meanwhile.

import { Network } from "./network.js";
import { paint } from "./painting.js";
import { loadRuntime } from "./runtime.js";
import { toPlanes } from "./tensors.js";

const TRIAL = 32; // pixels a side of what a graphics card is tried with

let runtime;
const networks = new Map();

/** A network that paints here; where a graphics card cannot, the processor takes its place. */
async function opened(about) {
  try {
    const network = await Network.open(runtime, about);
    if (runtime.provider === "webgpu") await tryOut(network);
    return network;
  } catch (error) {
    if (runtime.provider !== "webgpu") throw error;
    runtime = await loadRuntime("wasm");
    networks.clear();
    return Network.open(runtime, about);
  }
}

function tryOut(network) {
  const data = new Uint8ClampedArray(4 * TRIAL * TRIAL);
  const request = { looks: [{ [network.about.styles[0]]: 1 }], labels: null, strength: 1 };
  return paint(network, { data, width: TRIAL, height: TRIAL }, request);
}

const tasks = {
  async start({ forced }) {
    runtime = await loadRuntime(forced);
    return runtime.told;
  },
  async open({ about }) {
    if (!networks.has(about.name)) networks.set(about.name, await opened(about));
    return runtime.told;
  },
  async learn({ network, name, pixels }) {
    await networks.get(network).learn(name, toPlanes(pixels));
  },
  async paint({ network, pixels, request }, tell) {
    const begun = performance.now();
    const painted = await paint(networks.get(network), pixels, request, tell);
    return { ...painted, seconds: (performance.now() - begun) / 1000 };
  },
};

let last = Promise.resolve(); // one thing at a time: a session cannot run twice at once

self.onmessage = ({ data: { id, task, given } }) => {
  last = last.then(async () => {
    try {
      const tell = (done) => self.postMessage({ id, done });
      self.postMessage({ id, result: await tasks[task](given, tell) });
    } catch (error) {
      self.postMessage({ id, error: String(error.message ?? error) });
    }
  });
};
