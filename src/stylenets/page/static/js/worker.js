// Where networks run, so that the page stays alive meanwhile.

import { Network } from "./network.js";
import { paint } from "./painting.js";
import { loadRuntime } from "./runtime.js";
import { toPlanes } from "./tensors.js";

let runtime;
const networks = new Map();

const tasks = {
  async start({ forced }) {
    runtime = await loadRuntime(forced);
    return runtime.told;
  },
  async open({ about }) {
    if (!networks.has(about.name)) networks.set(about.name, await Network.open(runtime, about));
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
