// What runs networks here: WebGPU where there is a usable one, else WebAssembly.

const FOLDER = new URL("../runtime/", import.meta.url).href;

async function hasGpu() {
  if (!navigator.gpu) return false;
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  return adapter !== null;
}

/** ONNX Runtime and what it runs on: {ort, provider, told}. `forced` is "wasm", or null. */
export async function loadRuntime(forced) {
  const gpu = forced !== "wasm" && (await hasGpu());
  const name = gpu ? "ort.webgpu.min.mjs" : "ort.wasm.min.mjs";
  const ort = await import(FOLDER + name);
  const threads = self.crossOriginIsolated ? Math.min(8, navigator.hardwareConcurrency || 1) : 1;
  ort.env.wasm.wasmPaths = FOLDER;
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = "error";
  const told = gpu
    ? "the graphics card (WebGPU)"
    : `the processor (WebAssembly, ${threads} thread${threads > 1 ? "s" : ""})`;
  return { ort, provider: gpu ? "webgpu" : "wasm", told };
}
